// What the service says of its signing keys.
import type { Algorithm, Timestamp } from '~/api/types';

export type KeyState = 'next' | 'active' | 'retired';

export interface KeyView {
  /** `kid` of what it signs. */
  kid: string;
  /** What it signs with. */
  algorithm: Algorithm;
  /** Published for later, signing now, or only checked against. */
  state: KeyState;
  /** When it was made. */
  created_at: Timestamp;
  /** Since when it signs, or signed. */
  active_at?: Timestamp;
  /** Since when it no longer signs. */
  retired_at?: Timestamp;
  /** When it comes to its next state by itself. */
  changes_at?: Timestamp;
}

export interface KeyRotate {
  /** Whose key. */
  algorithm: Algorithm;
  /** Whether what the key has signed stops counting at once. */
  emergency: boolean;
  /** Why; needed in an emergency. */
  reason?: string;
}
