// Figures of the charts, from the text that the server's metrics are.
import { describe, expect, it } from 'vitest';
import { between, momentOf, parseMetrics } from '../src/lib/admin/metrics';

const text = (requests: number, failures: number, seconds: number) => `# HELP http_requests_total Requests answered.
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/a \\"b\\"",status="200"} ${requests - failures}
http_requests_total{method="POST",route="/c",status="503"} ${failures}
http_request_duration_seconds_sum{route="/c"} ${seconds}
http_connections{server="public"} 3
http_connections{server="admin"} 1
process_start 1e9
`;
const at = (time: number, ...values: [number, number, number]) => momentOf(parseMetrics(text(...values)), time);

describe('metrics', () => {
  it('are read with their labels', () => {
    const samples = parseMetrics(text(10, 2, 1));
    expect(samples[0]).toEqual({ name: 'http_requests_total', labels: { method: 'GET', route: '/a \\"b\\"', status: '200' }, value: 8 });
    expect(samples.at(-1)).toEqual({ name: 'process_start', labels: {}, value: 1e9 });
  });
  it('become rates', () =>
    expect(between(at(0, 100, 5, 10), at(5000, 150, 10, 10.5))).toEqual({ rate: 10, failures: 1, milliseconds: 10, connections: 4 }));
  it('begin again when the server does', () => expect(between(at(0, 100, 5, 10), at(5000, 0, 0, 0))).toEqual({ rate: 0, failures: 0, milliseconds: 0, connections: 4 }));
  it('of an error page are none', () => expect(parseMetrics('<html>nothing here</html>')).toEqual([]));
});
