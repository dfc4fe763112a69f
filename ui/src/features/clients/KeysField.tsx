import { Field } from '~/features/cases/Field';

/** Public keys, and whose name its assertions may call us by. */
export function KeysField({
  jwks,
  wrong,
  onJwks,
  endpoint,
  onEndpoint,
}: {
  jwks: string;
  wrong: string | undefined;
  onJwks: (jwks: string) => void;
  endpoint: boolean;
  onEndpoint: (endpoint: boolean) => void;
}) {
  return (
    <>
      <Field
        label="Its public keys"
        hint="a JWK set"
        wrong={wrong}
        help="The public half only. Two keys at a time let it change from one to the other without a gap."
      >
        {(p) => (
          <textarea
            {...p}
            className="area code body-in"
            rows={7}
            spellCheck={false}
            autoComplete="off"
            placeholder={'{"keys": [{"kty": "EC", "crv": "P-256", "kid": "…", "x": "…", "y": "…"}]}'}
            value={jwks}
            onChange={(e) => onJwks(e.target.value)}
          />
        )}
      </Field>
      <label className="row top">
        <input
          type="checkbox"
          className="check"
          aria-label="Its assertions may name the token endpoint"
          aria-describedby="about-endpoint"
          checked={endpoint}
          onChange={(e) => onEndpoint(e.target.checked)}
        />
        <span>
          Its assertions may name the token endpoint
          <span className="small mute blk" id="about-endpoint">
            Only if its library can’t name the issuer as audience. One made for another server’s endpoint could
            otherwise be tried here.
          </span>
        </span>
      </label>
    </>
  );
}
