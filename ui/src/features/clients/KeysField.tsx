import { Field } from '~/features/cases/Field';
import { Tick } from '~/ui/Tick';

/** Public keys; and whose name its assertions may call us by, or its certificates. */
export function KeysField({
  certificates,
  jwks,
  wrong,
  onJwks,
  endpoint,
  onEndpoint,
}: {
  certificates: boolean;
  jwks: string;
  wrong: string | undefined;
  onJwks: (jwks: string) => void;
  endpoint: boolean;
  onEndpoint: (endpoint: boolean) => void;
}) {
  return (
    <>
      <Field
        label={certificates ? 'Its certificates' : 'Its public keys'}
        hint={certificates ? 'a JWK set with x5c' : 'a JWK set'}
        wrong={wrong}
        help="The public half only. Two at a time let it change from one to the other without a gap."
      >
        {(p) => (
          <textarea
            {...p}
            className="area code body-in"
            rows={7}
            spellCheck={false}
            autoComplete="off"
            placeholder={
              certificates
                ? '{"keys": [{"kty": "EC", "kid": "…", "x5c": ["MIIB…"]}]}'
                : '{"keys": [{"kty": "EC", "crv": "P-256", "kid": "…", "x": "…", "y": "…"}]}'
            }
            value={jwks}
            onChange={(e) => onJwks(e.target.value)}
          />
        )}
      </Field>
      {!certificates && (
        <Tick label="Its assertions may name the token endpoint" checked={endpoint} onChange={onEndpoint}>
          Only if its library can’t name the issuer as audience. One made for another server’s endpoint could otherwise
          be tried here.
        </Tick>
      )}
    </>
  );
}
