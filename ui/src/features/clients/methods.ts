// How a client may prove who it is, and what the keys that somebody pastes may be.
import type { AuthMethod, CertificateName, ClientView } from '~/api/types';
import { faultText, jsonFault } from '~/ui/jsonFault';

/** Best first. */
export const METHODS: readonly (readonly [AuthMethod, string, string])[] = [
  [
    'private_key_jwt',
    'With a key of its own',
    'It signs each coming with a private key that never leaves it; we hold only the public half, so there is nothing here to steal.',
  ],
  [
    'tls_client_auth',
    'With a certificate of an authority',
    'It connects with a certificate that says its name, by an authority that this service is told to trust; it may be renewed without telling us.',
  ],
  [
    'self_signed_tls_client_auth',
    'With a certificate of its own',
    'It connects with a certificate that is registered here, whoever signed it; each new one is registered first.',
  ],
  [
    'client_secret_basic',
    'With a secret in a header',
    'It sends a secret that we made in the Authorization header (HTTP Basic); most libraries do this by themselves.',
  ],
  [
    'client_secret_post',
    'With a secret in the body',
    'It sends the same kind of secret among the form’s fields; only for a library that can’t do it in a header, for bodies end up in logs more often.',
  ],
];

export const methodName = (auth: AuthMethod) => METHODS.find(([m]) => m === auth)?.[1] ?? auth;
export const bySecret = (auth: AuthMethod) => auth === 'client_secret_basic' || auth === 'client_secret_post';
/** Whether it has keys in a JWK set. */
export const byKeys = (auth: AuthMethod) => auth === 'private_key_jwt' || auth === 'self_signed_tls_client_auth';

/** What a certificate can say (RFC 8705 §2.1.2): under which name, what people call it, and an example. */
export const CERTIFICATE_NAMES = [
  ['tls_client_auth_subject_dn', 'Its whole subject', 'CN=billing,O=Acme,C=SE'],
  ['tls_client_auth_san_dns', 'A DNS name', 'billing.acme.example'],
  ['tls_client_auth_san_uri', 'A URI', 'spiffe://acme.example/billing'],
  ['tls_client_auth_san_ip', 'An IP address', '192.0.2.7'],
  ['tls_client_auth_san_email', 'An email address', 'ops@acme.example'],
] as const;
export type CertificateKind = (typeof CERTIFICATE_NAMES)[number][0];

export interface CertificateDraft {
  kind: CertificateKind;
  value: string;
}

export const certificateOf = ({ kind, value }: CertificateDraft) =>
  ({ [kind]: value.trim() }) as unknown as CertificateName;

export function certificateDraft(name: CertificateName | undefined): CertificateDraft {
  for (const [kind] of CERTIFICATE_NAMES) {
    const value = (name as Partial<Record<CertificateKind, string>> | undefined)?.[kind];
    if (value !== undefined) return { kind, value };
  }
  return { kind: 'tls_client_auth_subject_dn', value: '' };
}

export const certificateFault = ({ value }: CertificateDraft) =>
  value.trim() === '' ? 'Say what its certificate says, to the letter.' : undefined;

/** The one in use and the next. */
export const SECRETS_MAX = 2;

export const idOk = (id: string) => /^[a-z][a-z0-9.:-]{2,63}$/.test(id) && id !== 'console';

/** Members of a JWK that only its owner may have (RFC 7518 §6). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

export interface JwkShown {
  kid: string | undefined;
  kind: string;
}

const isMembers = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const asText = (v: unknown) => (typeof v === 'string' ? v : undefined);

function keysOf(source: string): Record<string, unknown>[] | undefined {
  const value: unknown = JSON.parse(source);
  if (!isMembers(value) || !Array.isArray(value.keys)) return undefined;
  return value.keys.every(isMembers) ? value.keys : undefined;
}

/** Why a text is no set of public keys (RFC 7517 §5), each with its certificate if that is what counts; nothing if it is. */
export function jwksFault(source: string, certificates = false): string | undefined {
  if (source.trim() === '') return 'Paste its public keys as a JWK set.';
  const fault = jsonFault(source);
  if (fault) return `Not JSON: ${faultText(fault)}.`;
  const keys = keysOf(source);
  if (!keys || keys.length === 0) return 'Not a JWK set: it is written {"keys": [ … ]}, with one key or more in it.';
  for (const key of keys) {
    const secret = PRIVATE.find((member) => member in key);
    if (secret)
      return `This holds a private key (member "${secret}"). Take it off your clipboard, have the client make another, and paste the public half of that.`;
    if (asText(key.kty) === undefined) return 'A key in it has no "kty".';
    if (certificates && !Array.isArray(key.x5c)) return 'A key in it has no certificate: give it as "x5c", in base64.';
  }
  return undefined;
}

/** The keys of a set that was taken, to be told apart. */
export function shownKeys(source: string | undefined): JwkShown[] {
  if (source === undefined || jsonFault(source)) return [];
  return (keysOf(source) ?? []).map((key) => ({
    kid: asText(key.kid),
    kind: [key.kty, key.crv, key.alg].filter((x) => typeof x === 'string').join(' '),
  }));
}

/** Why it can't come, if it can't. */
export function comesInVain(of: ClientView): string | undefined {
  if (of.disabled_at !== undefined) return undefined;
  if (bySecret(of.auth)) return of.secrets.length === 0 ? 'it has no secret yet' : undefined;
  return byKeys(of.auth) && shownKeys(of.jwks).length === 0 ? 'it has no key yet' : undefined;
}
