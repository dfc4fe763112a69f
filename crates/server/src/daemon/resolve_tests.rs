use super::*;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const CONTRACT: &str = "key='accounts'\nname='Accounts'\naudience='https://api.example/accounts'\nbase_url='https://api.example'\nmax_minutes=60\ntoken_ttl_s=300\n\
introspection_client='accounts-api'\n[[actions]]\nscope='profile:read'\nname='Read'\neffect='Shows.'\nrisk='low'\n";
const WHOLE: &str = "issuer='https://sts.example'\nlisten=['127.0.0.1:8443']\ncontracts='apis'\n[database]\npath='data.db'\n[master_key]\nfile='key'\n[[client]]\nid='accounts-api'\nsecret_file='secret'\n";

/// The secret of the first client.
fn secret_of(told: &Told) -> &str {
    let Proves::Secret(secret) = &told.clients[0].proves else { panic!("no secret") };
    secret.expose()
}

/// A folder with all that [`WHOLE`] names.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("apis")).unwrap();
    for (name, content) in [("apis/accounts.toml", CONTRACT), ("key", KEY), ("secret", "0123456789abcdef0123456789abcdef\n"), ("countersign.toml", WHOLE)] {
        fs::write(dir.path().join(name), content).unwrap();
    }
    dir
}

fn told(dir: &tempfile::TempDir, env: &[(&str, &str)]) -> Result<Told, String> {
    Source::read(Some(&dir.path().join("countersign.toml")), Env::of(env))
        .and_then(|s| s.resolve())
        .map_err(|e| e.to_string().replace(&dir.path().display().to_string(), "DIR"))
}

/// What is said of the whole configuration after `from` became `to`.
fn said(from: &str, to: &str, env: &[(&str, &str)]) -> String {
    let dir = folder();
    assert!(WHOLE.contains(from), "{from}");
    fs::write(dir.path().join("countersign.toml"), WHOLE.replacen(from, to, 1)).unwrap();
    told(&dir, env).map(drop).unwrap_err()
}

#[test]
fn a_whole_configuration_is_read() {
    let dir = folder();
    let told = told(&dir, &[]).unwrap();
    assert!(matches!(&told.database, Kept::Sqlite(path) if *path == dir.path().join("data.db")));
    assert_eq!(told.contracts[0].key, "accounts");
    assert_eq!(secret_of(&told), "0123456789abcdef0123456789abcdef");
    assert_eq!(told.server.issuer.as_str(), "https://sts.example/");
}

#[test]
fn the_environment_counts_before_the_file() {
    let dir = folder();
    let env = [
        ("COUNTERSIGN_ISSUER", "https://other.example"),
        ("COUNTERSIGN_LISTEN", "127.0.0.1:1, [::1]:1"),
        ("COUNTERSIGN_CLIENT_ACCOUNTS_API_SECRET", "fedcba9876543210fedcba9876543210"),
    ];
    let told = told(&dir, &env).unwrap();
    assert_eq!((told.server.issuer.as_str(), told.server.listen.len()), ("https://other.example/", 2));
    assert_eq!(secret_of(&told), "fedcba9876543210fedcba9876543210");
}

#[test]
fn the_environment_alone_will_do() {
    let env = [
        ("COUNTERSIGN_ISSUER", "https://sts.example"),
        ("COUNTERSIGN_LISTEN", "127.0.0.1:8443"),
        ("COUNTERSIGN_DATABASE_URL", "postgres://countersign:secret@db/countersign"),
        ("COUNTERSIGN_MASTER_KEY", KEY),
    ];
    let told = Source::read(None, Env::of(&env)).unwrap().resolve().unwrap_or_else(|e| panic!("{e}"));
    assert!(matches!(told.database, Kept::Postgres { owner_url: None, .. }));
    assert!(!format!("{:?}", told.database).contains("secret@"), "an address with a password is a secret");
}

#[test]
fn what_can_t_be_used_is_told_in_one_sentence() {
    let cases = [
        said("issuer='https://sts.example'", "", &[]),
        said("https://sts.example", "http://sts.example", &[]),
        said("127.0.0.1:8443", "0.0.0.0:8443", &[]),
        said("listen=", "listens=", &[]),
        said("listen=['127.0.0.1:8443']", "listen=['localhost']", &[]),
        said("[database]\npath='data.db'", "", &[]),
        said("path='data.db'", "path='data.db'\nurl='postgres://db/countersign'", &[]),
        said("path='data.db'", "url='postgres://u:p@db/countersign'", &[]),
        said("[master_key]\nfile='key'", "", &[]),
        said("file='key'", "file='none'", &[]),
        said("file='key'", "file='secret'", &[]),
        said("file='key'", "credential='master'", &[]),
        said("file='key'", "env='SEAL'", &[]),
        said("secret_file='secret'", "", &[]),
        said("id='accounts-api'", "id='other'", &[]),
        said("contracts='apis'", "contracts='none'", &[]),
        said("issuer", "issuer", &[("COUNTERSIGN_ISSUERS", "x")]),
        said("issuer", "issuer", &[("COUNTERSIGN_TLS_CERT", "cert.pem")]),
        said("issuer", "issuer", &[("COUNTERSIGN_FORWARDED", "yes")]),
        said("issuer", "issuer", &[("COUNTERSIGN_CLIENT_ACCOUNTS_API_SECRET", "short")]),
        said("[[client]]", "[tls]\ncert='c'\nkey='k'\nclient_certificates=false\nclient_ca='ca'\n[[client]]", &[]),
        said("[[client]]", "[tls]\nclient_ca='ca'\n[[client]]", &[]),
        said("secret_file='secret'", "secret_file='secret'\ncertificate={tls_client_auth_san_dns='a.example'}", &[]),
        said("secret_file='secret'", "certificate={tls_client_auth_san='a.example'}", &[]),
        said("secret_file='secret'", "jwks_file='none'", &[]),
    ];
    assert!(cases.iter().all(|said| said.lines().count() == 1), "{cases:#?}");
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn a_credential_of_systemd_is_found_by_its_name() {
    let dir = folder();
    fs::write(dir.path().join("countersign.toml"), WHOLE.replace("[master_key]\nfile='key'\n", "")).unwrap();
    let folder = dir.path().display().to_string();
    let env = [("CREDENTIALS_DIRECTORY", folder.as_str())];
    assert!(told(&dir, &env).map(drop).unwrap_err().starts_with("there is no master key;"), "a folder without it");
    fs::write(dir.path().join("master-key"), "too short").unwrap();
    assert!(told(&dir, &env).map(drop).unwrap_err().starts_with("the master key can't be used:"));
    fs::write(dir.path().join("master-key"), KEY).unwrap();
    assert!(told(&dir, &env).is_ok());
    assert!(told(&dir, &[]).is_err());
    // One that is named counts, and is not given twice by that.
    fs::write(dir.path().join("countersign.toml"), WHOLE).unwrap();
    assert!(told(&dir, &env).is_ok());
}

#[test]
fn a_contract_that_can_t_be_taken_is_named() {
    let dir = folder();
    fs::write(dir.path().join("apis/accounts.toml"), CONTRACT.replace("token_ttl_s=300", "token_ttl_s=301")).unwrap();
    assert_eq!(told(&dir, &[]).map(drop).unwrap_err(), "`DIR/apis/accounts.toml`: contract `accounts`: `token_ttl_s` is 301; choose 1 to 300");
}

#[test]
fn the_example_is_a_configuration() {
    let dir = folder();
    fs::write(dir.path().join("countersign.toml"), include_str!("../../countersign.example.toml")).unwrap();
    for folder in ["contracts", "secrets"] {
        fs::create_dir(dir.path().join(folder)).unwrap();
    }
    let files = [
        ("contracts/accounts.toml", CONTRACT),
        ("secrets/database-url", "postgres://countersign:secret@db/countersign"),
        ("secrets/database-owner-url", "postgres://owner:secret@db/countersign"),
        ("secrets/master-key", KEY),
        ("secrets/accounts-api", "0123456789abcdef0123456789abcdef"),
    ];
    for (name, content) in files {
        fs::write(dir.path().join(name), content).unwrap();
    }
    let told = told(&dir, &[]).unwrap_or_else(|e| panic!("{e}"));
    assert!(matches!(told.database, Kept::Postgres { owner_url: Some(_), .. }));
    assert_eq!(told.server.tls.map(|t| t.cert), Some(dir.path().join("tls/cert.pem")));
}

#[test]
fn a_client_of_the_file_may_prove_itself_by_certificate() {
    let dir = folder();
    fs::write(dir.path().join("keys.json"), "{}").unwrap();
    let with = |proof: &str, env: &[(&str, &str)]| {
        let tls = "[tls]\ncert='c.pem'\nkey='k.pem'\nclient_ca='ca.pem'\n[[client]]";
        let text = WHOLE.replace("[[client]]", tls).replace("secret_file='secret'", proof);
        fs::write(dir.path().join("countersign.toml"), text).unwrap();
        told(&dir, env).unwrap()
    };
    let told = with("certificate={tls_client_auth_subject_dn='CN=accounts,O=Acme'}\ncertificate_bound=true", &[]);
    let name = countersign_domain::client::CertificateName::SubjectDn("CN=accounts,O=Acme".into());
    assert!(matches!(&told.clients[0].proves, Proves::Issued(named) if *named == name) && told.clients[0].certificate_bound);
    assert_eq!(told.server.tls.map(|tls| (tls.ask, tls.client_ca)), Some((true, Some(dir.path().join("ca.pem")))));
    let told = with("jwks_file='keys.json'", &[("COUNTERSIGN_TLS_CLIENT_CA", "/elsewhere.pem")]);
    assert!(matches!(&told.clients[0].proves, Proves::Registered(jwks) if jwks == "{}") && !told.clients[0].certificate_bound);
    assert_eq!(told.server.tls.and_then(|tls| tls.client_ca), Some("/elsewhere.pem".into()));
}
