// A device that waits for somebody's yes (sigma-contract §5).
import { ApiError, call, explain } from './api';
import type { PublicClient } from './consent';
import { deviceText } from '../texts/access';
import { format } from './i18n';

export interface DeviceRequest extends PublicClient {
  user_code: string;
  status: 'pending' | 'approved' | 'denied';
  verified: boolean;
  scope: string;
  /** Seconds since the device asked. */
  age: number;
  /** Where it asked from: "203.0.113.0/24" or "2001:db8:1::/48"; the server keeps no more of its address. */
  network?: string;
  /** As this browser's; absent when the two cannot be compared. */
  same_network?: boolean;
}

export const codeLength = 8;
const alphabet = /[^A-HJ-NP-Z2-9]/g;

/** What is being typed, as the device shows it: capitals, a dash in the middle, nothing that no code has. */
export function shownCode(typed: string): string {
  const code = typed.toUpperCase().replace(alphabet, '').slice(0, codeLength);
  return code.length > codeLength / 2 ? `${code.slice(0, codeLength / 2)}-${code.slice(codeLength / 2)}` : code;
}

export const isWholeCode = (shown: string): boolean => shown.length === codeLength + 1;

/** The code of the link or QR code that led here; both spellings are in use. */
export function codeOfLink(search = location.search): string {
  const query = new URLSearchParams(search);
  return shownCode(query.get('code') || query.get('user_code') || '');
}

/** This page with the code filled in, as devices show it in QR codes (RFC 8628 §3.3.1). */
export const linkOf = (code: string, origin = location.origin): string => `${origin}/device?${new URLSearchParams({ code })}`;

export const findDevice = (code: string) => call<DeviceRequest>('GET', `/api/auth/device?user_code=${encodeURIComponent(code)}`);

export const approveDevice = (code: string, bapId: string | undefined) =>
  call('POST', '/api/auth/device/approve', { body: { userCode: code, ...(bapId ? { bapId } : {}) } });

export const denyDevice = (code: string) => call('POST', '/api/auth/device/deny', { body: { userCode: code } });

/** True when the code is unknown, used or too old: the server does not say which. */
export const isBadCode = (error: unknown): boolean => error instanceof ApiError && error.status === 400;

export const explainCode = (error: unknown): string =>
  isBadCode(error) ? deviceText.get().badCode : explain(error);

/** How long ago, roughly: what a person can compare with their own memory. */
export function ago(seconds: number): string {
  if (seconds < 45) return deviceText.get().justNow;
  return format.relativeTime(-Math.max(1, Math.round(seconds / 60)), 'minute');
}

/** "203.0.113.0/24" as "203.0.113.x", "2001:db8:1::/48" as "2001:db8:1:…": known to be a part, to whom "/24" says nothing. */
export const shownNetwork = (network: string): string =>
  network.includes(':') ? network.replace(/:*\/\d+$/, ':…') : network.replace(/\d+\/\d+$/, 'x');

/** From where the device asked, as seen from here; undefined when nobody knows. */
export function placeOf({ network, same_network }: DeviceRequest): string | undefined {
  if (network === undefined) return undefined;
  if (same_network) return deviceText.get().sameNetwork;
  const { otherNetwork, someNetwork } = deviceText.get();
  return (same_network === false ? otherNetwork : someNetwork)({ network: shownNetwork(network) });
}
