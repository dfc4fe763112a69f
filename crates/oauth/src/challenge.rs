//! The `WWW-Authenticate` header of a refused call, and the `Authorization` header of a good one.

use countersign_domain::Secret;

use crate::error::{ErrorCode, OAuthError, printable};

/// What a caller of `/v1` without good credentials is told (RFC 9449 §7.1).
#[must_use]
pub fn dpop(error: Option<&OAuthError>) -> String {
    match error {
        Some(e) => format!("DPoP error=\"{}\", error_description=\"{}\", algs=\"ES256\"", e.code, printable(&e.description)),
        None => "DPoP algs=\"ES256\"".into(),
    }
}

/// Whether a challenge asks for a proof with the nonce that came with it (RFC 9449 §9).
#[must_use]
pub fn wants_nonce(challenge: &str) -> bool {
    challenge.contains("error=\"use_dpop_nonce\"")
}

/// What a caller is told who must prove again who they are (RFC 9470 §3). `max_age` in seconds.
#[must_use]
pub fn step_up(acr_values: &str, max_age: u64) -> String {
    let code = ErrorCode::InsufficientUserAuthentication;
    format!(
        "DPoP error=\"{code}\", error_description=\"prove again who you are\", acr_values=\"{}\", max_age=\"{max_age}\", algs=\"ES256\"",
        printable(acr_values)
    )
}

/// What a client is told at introspection that did not prove itself (RFC 6749 §5.2, RFC 7617 §2).
#[must_use]
pub fn basic() -> String {
    "Basic realm=\"countersign\", charset=\"UTF-8\"".into()
}

/// The access token of an `Authorization: DPoP …` header (RFC 9449 §7.1). Any other scheme is refused, `Bearer` among them:
/// a bound token shown without its proof is a stolen one.
///
/// # Errors
/// `invalid_token`.
pub fn access_token(authorization: &str) -> Result<Secret, OAuthError> {
    let refuse = |text: &str| OAuthError::new(ErrorCode::InvalidToken, text);
    let (scheme, token) = authorization.split_once(' ').ok_or_else(|| refuse("send `Authorization: DPoP <access token>`"))?;
    if !scheme.eq_ignore_ascii_case("DPoP") {
        return Err(refuse("access tokens here are bound to a key; send them with the scheme `DPoP` and a proof"));
    }
    let token = token.trim_matches(' ');
    let token68 = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    if token.is_empty() || token.len() > 4096 || !token.bytes().all(token68) {
        return Err(refuse("what stands after `DPoP` is not an access token"));
    }
    Ok(Secret::new(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_token_comes_with_its_own_scheme() {
        assert_eq!(access_token("DPoP csa_abc").unwrap().expose(), "csa_abc");
        assert_eq!(access_token("dpop csa_abc").unwrap().expose(), "csa_abc");
        for bad in ["Bearer csa_abc", "csa_abc", "DPoP ", "DPoP a b", "DPoP csa\u{e4}", ""] {
            assert_eq!(access_token(bad).unwrap_err().code, ErrorCode::InvalidToken, "{bad}");
        }
    }

    #[test]
    fn challenges_read_as_the_rfcs_write_them() {
        assert_eq!(
            step_up("urn:countersign:acr:password", 0),
            "DPoP error=\"insufficient_user_authentication\", error_description=\"prove again who you are\", acr_values=\"urn:countersign:acr:password\", max_age=\"0\", algs=\"ES256\""
        );
        let told = dpop(Some(&OAuthError::new(ErrorCode::InvalidToken, "a \"b\"\r\nX: y")));
        assert_eq!(told, "DPoP error=\"invalid_token\", error_description=\"a 'b'??X: y\", algs=\"ES256\"");
        assert!(!wants_nonce(&told) && wants_nonce(&dpop(Some(&OAuthError::new(ErrorCode::UseDpopNonce, "")))));
    }
}
