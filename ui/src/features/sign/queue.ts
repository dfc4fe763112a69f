import type { RequestView } from '~/api/types';
import { highest, riskLevel } from '~/ui/words';

export const riskOf = (r: RequestView) => highest([...r.actions, ...r.hops].map((a) => a.risk));

/** What the reader can sign first; then by risk and by how long it waits. */
export function byUrgency(requests: readonly RequestView[], now: number): RequestView[] {
  const weight = (r: RequestView) =>
    (r.not_signable.length > 0 ? 0 : 1e12) + riskLevel(riskOf(r)) * 1e9 + (now - new Date(r.asked_at).getTime()) / 1000;
  return [...requests].sort((a, b) => weight(b) - weight(a));
}

export const given = (r: RequestView) => r.reviews.filter((x) => x.decision === 'sign').length;
