use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use serde_json::json;

use super::*;

fn made(names: &[(DnType, &str)], sans: Vec<SanType>) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    for (kind, value) in names {
        params.distinguished_name.push(kind.clone(), *value);
    }
    params.subject_alt_names = sans;
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

fn client(auth: AuthMethod, certificate: Option<CertificateName>, jwks: Option<Value>) -> Client {
    Client {
        id: "billing-api".into(),
        tenant: countersign_domain::TenantId::from_uuid(uuid::Uuid::nil()),
        name: "Billing".into(),
        auth,
        jwks: jwks.map(|jwks| jwks.to_string()),
        certificate,
        certificate_bound: false,
        endpoint_audience: false,
        disabled_at: None,
        created_at: Timestamp::from_secs(0),
    }
}

/// 2026.
fn now() -> Timestamp {
    Timestamp::from_secs(1_795_181_527)
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

#[test]
fn a_thumbprint_is_over_the_whole_certificate() {
    // The hash of nothing, as FIPS 180-4 gives it.
    assert_eq!(x5t_s256(b""), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    let (one, two) = (made(&[], vec![]), made(&[], vec![]));
    assert_ne!(x5t_s256(&one), x5t_s256(&two));
}

#[test]
fn a_subject_matches_as_a_whole_and_not_as_printed() {
    let acme = made(&[(DnType::CountryName, "SE"), (DnType::OrganizationName, "Acme"), (DnType::CommonName, "billing")], vec![]);
    let registered = |text: &str| Registered::subject_dn(text).unwrap().matches(&acme).unwrap();
    assert!(registered("CN=billing,O=Acme,C=SE"));
    assert!(registered("cn=billing, o=Acme, c=SE"));
    for other in [
        "CN=billing,O=Acme",
        "CN=billing",
        "C=SE,O=Acme,CN=billing",
        "CN=Billing,O=Acme,C=SE",
        "CN=billing,O=Acme,C=SE,DC=x",
        "CN=billing+O=Acme,C=SE",
        r"CN=billing\,O=Acme,C=SE",
    ] {
        assert!(!registered(other), "{other}");
    }
    // Somebody may get a certificate with this common name; printed, it looks like Acme's.
    let forged = made(&[(DnType::CommonName, "billing,O=Acme,C=SE")], vec![]);
    assert!(!Registered::subject_dn("CN=billing,O=Acme,C=SE").unwrap().matches(&forged).unwrap());
    assert!(Registered::subject_dn(r"CN=billing\,O\=Acme\,C\=SE").unwrap().matches(&forged).unwrap());
    assert!(!Registered::subject_dn("CN=billing").unwrap().matches(&made(&[], vec![])).unwrap());
}

#[test]
fn alternative_names_match_by_kind() {
    let spiffe = "spiffe://acme.example/billing";
    let der = made(&[(DnType::CommonName, "cn.example")], vec![dns("billing.acme.example"), dns("*.wide.example"), SanType::URI(spiffe.try_into().unwrap())]);
    let by_dns = |name: &str| Registered::san_dns(name).unwrap().matches(&der).unwrap();
    assert!(by_dns("billing.acme.example") && by_dns("BILLING.acme.example"));
    for other in ["acme.example", "x.wide.example", "cn.example", "billing.acme.example.evil"] {
        assert!(!by_dns(other), "{other}");
    }
    let by_uri = |uri: &str| Registered::san_uri(uri).unwrap().matches(&der).unwrap();
    assert!(by_uri(spiffe));
    for other in ["spiffe://acme.example/billing/x", "spiffe://acme.example/Billing", "dns:billing.acme.example"] {
        assert!(!by_uri(other), "{other}");
    }
    assert!(!Registered::san_dns("billing.acme.example").unwrap().matches(&made(&[], vec![])).unwrap());
}

#[test]
fn addresses_match_by_kind_and_value() {
    let sans = vec![
        SanType::IpAddress("192.0.2.7".parse().unwrap()),
        SanType::IpAddress("2001:db8::7".parse().unwrap()),
        SanType::Rfc822Name("ops@Acme.example".try_into().unwrap()),
        SanType::URI("mailto:uri@acme.example".try_into().unwrap()),
        dns("192.0.2.9"),
    ];
    let der = made(&[], sans);
    let says = |name: CertificateName| Registered::of(&name).unwrap().matches(&der).unwrap();
    let (ip, email) = (|text: &str| CertificateName::SanIp(text.into()), |text: &str| CertificateName::SanEmail(text.into()));
    assert!(says(ip("192.0.2.7")) && says(ip("2001:0DB8:0::7")) && says(email("ops@ACME.example")));
    for other in [ip("192.0.2.9"), ip("::ffff:192.0.2.7"), email("Ops@acme.example"), email("uri@acme.example"), email("ops@acme.example.evil")] {
        assert!(!says(other.clone()), "{other:?}");
    }
    assert!(!says(CertificateName::SanDns("acme.example".into())) && !says(CertificateName::SanUri("mailto:ops@acme.example".into())));
    for bad in ["", "192.0.2", "192.0.2.7/32", "[2001:db8::7]", "localhost"] {
        assert_eq!(Registered::san_ip(bad), Err(MtlsError::SanIp), "{bad}");
    }
    for bad in ["", "ops", "@acme.example", "a@b@acme.example", "ops@", "ops@*.acme.example", "ö@acme.example", "o ps@acme.example"] {
        assert_eq!(Registered::san_email(bad), Err(MtlsError::SanEmail), "{bad}");
    }
}

#[test]
fn a_certificate_proves_in_the_registered_way_only_and_in_its_time() {
    let named = Some(CertificateName::SubjectDn("CN=billing".into()));
    let (der, other) = (made(&[(DnType::CommonName, "billing")], vec![]), made(&[(DnType::CommonName, "billing")], vec![]));
    let jwks = Some(json!({ "keys": [{ "kty": "EC", "x5c": [STANDARD.encode(&der)] }] }));
    let shown = |der: &[u8], trusted| PeerCertificate { der: der.to_vec(), trusted };
    let issued = client(AuthMethod::TlsClientAuth, named.clone(), None);
    let own = client(AuthMethod::SelfSignedTlsClientAuth, None, jwks.clone());
    assert!(shown(&der, true).proves(&issued, now()) && shown(&other, true).proves(&issued, now()), "an authority may renew it");
    assert!(!shown(&der, false).proves(&issued, now()), "of no authority");
    assert!(shown(&der, false).proves(&own, now()) && !shown(&other, true).proves(&own, now()), "this one and no other");
    assert!(!shown(&der, true).proves(&client(AuthMethod::TlsClientAuth, None, jwks.clone()), now()), "nothing registered");
    assert!(!shown(&der, true).proves(&client(AuthMethod::SelfSignedTlsClientAuth, named.clone(), None), now()));
    assert!(!shown(&der, true).proves(&client(AuthMethod::ClientSecretBasic, named.clone(), jwks.clone()), now()), "another method");
    assert!(!shown(b"x", true).proves(&issued, now()));
    let mut params = CertificateParams::default();
    (params.not_before, params.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2026, 1, 1));
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "billing");
    let over = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
    let registered = client(AuthMethod::SelfSignedTlsClientAuth, None, Some(json!({ "keys": [{ "kty": "EC", "x5c": [STANDARD.encode(&over)] }] })));
    for (whose, trusted) in [(&issued, true), (&registered, false)] {
        assert!(!shown(&over, trusted).proves(whose, now()), "over");
        assert!(shown(&over, trusted).proves(whose, Timestamp::from_secs(1_600_000_000)), "in its time");
        assert!(!shown(&over, trusted).proves(whose, Timestamp::from_secs(1_500_000_000)), "before it");
    }
}

#[test]
fn a_registered_key_is_its_certificate_s_and_public() {
    let pair = KeyPair::generate().unwrap();
    let der = CertificateParams::default().self_signed(&pair).unwrap().der().to_vec();
    let (x, y) = pair.public_key_raw()[1..].split_at(32);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let key = |more: Value| {
        let mut key = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "x5c": [STANDARD.encode(&der)] });
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        registered_certificates(&json!({ "keys": [key] }))
    };
    assert_eq!(key(json!({})), Ok(vec![x5t_s256(&der)]));
    assert_eq!(key(json!({ "y": x })), Err(MtlsError::OtherKey));
    assert_eq!(key(json!({ "n": x })), Err(MtlsError::OtherKey));
    assert_eq!(key(json!({ "d": x })), Err(MtlsError::Private));
}

#[test]
fn a_service_takes_what_it_can_see() {
    let takes = |seen: Certificates| AuthMethod::ALL.into_iter().filter(|m| m.by_certificate() && seen.allow(*m)).count();
    assert_eq!([Certificates::Unseen, Certificates::Registered, Certificates::Issued].map(takes), [0, 1, 2]);
    assert!(!Certificates::default().seen() && Certificates::default().allow(AuthMethod::PrivateKeyJwt));
}

#[test]
fn what_can_t_be_compared_is_not_registered() {
    for bad in ["", "*.acme.example", "a..b", "a b", "bücher.example", ".acme.example", "acme.example.", &"a".repeat(64)] {
        assert_eq!(Registered::san_dns(bad), Err(MtlsError::SanDns), "{bad}");
    }
    for bad in ["", "/path", "spiffe:// a", "billing"] {
        assert_eq!(Registered::san_uri(bad), Err(MtlsError::SanUri), "{bad}");
    }
    assert_eq!(Registered::subject_dn("/CN=billing/O=Acme"), Err(MtlsError::SubjectDn));
}

#[test]
fn bytes_that_are_not_one_certificate_are_refused() {
    let good = made(&[(DnType::CommonName, "billing")], vec![]);
    let registered = Registered::subject_dn("CN=billing").unwrap();
    assert_eq!(registered.matches(&good), Ok(true));
    for bad in [
        Vec::new(),
        good[..good.len() - 1].to_vec(),
        [good.as_slice(), &[0]].concat(),
        [good.as_slice(), &good].concat(),
        vec![0x30; MAX_CERTIFICATE + 1],
        b"-----BEGIN CERTIFICATE-----".to_vec(),
    ] {
        assert_eq!(registered.matches(&bad), Err(MtlsError::Certificate), "{} bytes", bad.len());
    }
}

#[test]
fn self_signed_certificates_are_registered_by_thumbprint() {
    let (one, two) = (made(&[], vec![]), made(&[], vec![]));
    let key = |der: &[u8]| json!({ "kty": "EC", "x5c": [STANDARD.encode(der), "an issuer, unread"] });
    assert_eq!(registered_certificates(&json!({ "keys": [key(&one), key(&two)] })), Ok(vec![x5t_s256(&one), x5t_s256(&two)]));
    for (bad, why) in [
        (json!({ "keys": [] }), MtlsError::Certificates),
        (json!({ "keys": vec![key(&one); 9] }), MtlsError::Certificates),
        (json!({ "keys": [{ "kty": "EC" }] }), MtlsError::Certificates),
        (json!({ "keys": [{ "x5c": [] }] }), MtlsError::Certificates),
        (json!({ "keys": [{ "x5c": ["!"] }] }), MtlsError::Certificate),
        (json!({ "keys": [key(b"x")] }), MtlsError::Certificate),
        (json!([]), MtlsError::Certificates),
    ] {
        assert_eq!(registered_certificates(&bad), Err(why), "{bad}");
    }
}
