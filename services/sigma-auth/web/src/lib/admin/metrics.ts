// What the server measures about itself, for the charts.
import { send } from '../api';

/** Prometheus text, https://prometheus.io/docs/instrumenting/exposition_formats/. */
export async function readMetrics(): Promise<Sample[]> {
  const answer = await send('GET', '/api/admin/metrics');
  return parseMetrics(await answer.text());
}

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) return [];
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
    return [{ name: match[1]!, labels, value: Number(match[3]) }];
  });
}

/** The sum of a counter's samples that a question is about. */
export const sumOf = (samples: Sample[], name: string, wanted: (labels: Record<string, string>) => boolean = () => true): number =>
  samples.filter((sample) => sample.name === name && wanted(sample.labels)).reduce((sum, { value }) => sum + value, 0);

/** One moment of the server, as the charts show it. */
export interface Moment {
  at: number;
  requests: number;
  failures: number;
  seconds: number;
  connections: number;
}

export const momentOf = (samples: Sample[], at: number): Moment => ({
  at,
  requests: sumOf(samples, 'http_requests_total'),
  failures: sumOf(samples, 'http_requests_total', ({ status }) => (status ?? '').startsWith('5')),
  seconds: sumOf(samples, 'http_request_duration_seconds_sum'),
  connections: sumOf(samples, 'http_connections'),
});

/** What happened between two moments. Counters begin again when the server does. */
export function between(before: Moment, after: Moment): { rate: number; failures: number; milliseconds: number; connections: number } {
  const [requests, failures, seconds] = (['requests', 'failures', 'seconds'] as const).map((name) => Math.max(0, after[name] - before[name])) as [number, number, number];
  const passed = Math.max(0.001, (after.at - before.at) / 1000);
  return { rate: requests / passed, failures: failures / passed, milliseconds: requests === 0 ? 0 : (seconds / requests) * 1000, connections: after.connections };
}
