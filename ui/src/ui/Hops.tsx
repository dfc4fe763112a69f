// What actions take at other APIs. Whoever signs them signs this too, so it stands wherever they stand.
import { CornerDownRight } from 'lucide-react';
import type { HopView } from '~/api/types';
import { Icon } from './Icon';
import { count, lower, series } from './text';
import { Risk, riskLevel } from './words';

/** From high to low. */
export const hopsByRisk = (hops: readonly HopView[]): HopView[] =>
  [...hops].sort((a, b) => riskLevel(b.risk) - riskLevel(a.risk) || a.api_name.localeCompare(b.api_name));

/** `Billing API: read invoices; SIM API: read cards`. */
export function hopsInShort(hops: readonly HopView[]): string {
  const apis = [...new Set(hops.map((h) => h.api_name))];
  return apis
    .map((api) => `${api}: ${series(hops.filter((h) => h.api_name === api).map((h) => lower(h.name)))}`)
    .join('; ');
}

/** `1 more at Billing API`, `4 more at 2 other APIs`. */
export function hopsCounted(hops: readonly HopView[]): string {
  const apis = [...new Set(hops.map((h) => h.api_name))];
  return `${hops.length.toLocaleString('en')} more at ${apis.length === 1 ? (apis[0] ?? '') : count(apis.length, 'other API')}`;
}

/** One line each: what, where, how risky. */
export function HopList({ hops }: { hops: readonly HopView[] }) {
  return (
    <ul className="acts-l plain hops" aria-label="At other APIs">
      {hopsByRisk(hops).map((hop) => (
        <li key={`${hop.audience} ${hop.scope}`}>
          <span>
            <span className="nm">
              <Icon of={CornerDownRight} size={14} tone="mute" /> {hop.name}
            </span>
            <small>
              at {hop.api_name}, <span className="mono">{hop.scope}</span>
            </small>
          </span>
          <Risk of={hop.risk} />
        </li>
      ))}
    </ul>
  );
}
