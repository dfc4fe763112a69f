use countersign_domain::{
    ContractChangeId, SecretId,
    canonical::Digest,
    client::{AuthMethod, CertificateName, Client},
};

use super::{get, on_both, put, world::*};
use crate::{ClientTokenRow, ContractChangeRow, Lock, SecretRow, StoreError};

pub(super) fn client(a: &World) -> Client {
    Client {
        id: "gateway-api".into(),
        tenant: a.tenant,
        name: "The gateway".into(),
        auth: AuthMethod::PrivateKeyJwt,
        jwks: Some("{\"keys\":[]}".into()),
        certificate: None,
        certificate_bound: false,
        endpoint_audience: true,
        disabled_at: None,
        created_at: at(1),
    }
}

fn secret(a: &World, n: u8) -> SecretRow {
    SecretRow { id: SecretId::from_uuid(uuid(a.n, n)), hash: a.hash(n), made_at: at(i64::from(n)) }
}

on_both! {
    async fn a_client_is_one_tenants(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            tx.client_insert(&client(&a)).await?;
            assert_eq!(tx.client("gateway-api", Lock::Update).await?, Some(client(&a)));
            assert_eq!(tx.client("nobody", Lock::None).await?, None);
            assert_eq!(tx.clients(a.tenant).await?, [client(&a)]);
            assert_eq!(tx.clients(b.tenant).await?, []);
            let changed = Client {
                name: "Gate".into(),
                auth: AuthMethod::TlsClientAuth,
                jwks: None,
                certificate: Some(CertificateName::SubjectDn("CN=gateway,O=Acme".into())),
                certificate_bound: true,
                endpoint_audience: false,
                disabled_at: Some(at(9)),
                ..client(&a)
            };
            tx.client_update(&Client { tenant: b.tenant, ..changed.clone() }).await?;
            assert_eq!(tx.client("gateway-api", Lock::None).await?, Some(client(&a)), "another tenant changes nothing");
            tx.client_update(&changed).await?;
            assert_eq!(tx.client("gateway-api", Lock::Share).await?, Some(changed));
            Ok(())
        }).unwrap();
        let spiffe = Client { id: "ledger-api".into(), certificate: Some(CertificateName::SanUri("spiffe://acme/ledger".into())), ..client(&a) };
        let kept = spiffe.clone();
        put!(store, |tx| tx.client_insert(&spiffe).await).unwrap();
        assert_eq!(get!(store, |tx| tx.client("ledger-api", Lock::None).await), Ok(Some(kept)));
        let theirs = Client { tenant: b.tenant, ..client(&a) };
        assert_eq!(put!(store, |tx| tx.client_insert(&theirs).await), Err(StoreError::Taken));
    }

    async fn secrets_come_and_go_one_by_one(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            tx.client_insert(&client(&a)).await?;
            tx.client_secret_insert(a.tenant, "gateway-api", &secret(&a, 71)).await?;
            tx.client_secret_insert(a.tenant, "gateway-api", &secret(&a, 70)).await?;
            assert_eq!(tx.client_secrets(a.tenant, "gateway-api").await?, [secret(&a, 70), secret(&a, 71)]);
            assert_eq!(tx.client_secrets(b.tenant, "gateway-api").await?, []);
            assert!(!tx.client_secret_delete(b.tenant, "gateway-api", secret(&a, 70).id).await?);
            assert!(tx.client_secret_delete(a.tenant, "gateway-api", secret(&a, 70).id).await?);
            assert_eq!(tx.client_secrets(a.tenant, "gateway-api").await?, [secret(&a, 71)]);
            Ok(())
        }).unwrap();
    }

    async fn what_a_machine_holds_is_found_by_its_fingerprint(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            tx.client_insert(&client(&a)).await?;
            let row = ClientTokenRow { hash: a.hash(80), tenant: a.tenant, client: "gateway-api".into(), jkt: Some("thumb".into()), x5t: None, expires_at: at(600) };
            let certified = ClientTokenRow { hash: a.hash(81), jkt: None, x5t: Some("print".into()), ..row.clone() };
            tx.client_token_insert(&row).await?;
            tx.client_token_insert(&certified).await?;
            assert_eq!(tx.client_token(&a.hash(80)).await?, Some(row));
            assert_eq!(tx.client_token(&a.hash(81)).await?, Some(certified));
            assert_eq!(tx.client_token(&a.hash(82)).await?, None);
            assert!(tx.client_token_delete(&a.hash(80)).await?);
            assert!(!tx.client_token_delete(&a.hash(80)).await?);
            tx.prune(crate::Stale::ClientTokens, at(601), 500).await?;
            assert_eq!(tx.client_token(&a.hash(81)).await?, None, "what is over is dropped");
            Ok(())
        }).unwrap();
    }

    async fn nothing_is_bound_to_a_key_and_a_certificate(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| tx.client_insert(&client(&a)).await).unwrap();
        let both = ClientTokenRow {
            hash: a.hash(83),
            tenant: a.tenant,
            client: "gateway-api".into(),
            jkt: Some("thumb".into()),
            x5t: Some("print".into()),
            expires_at: at(600),
        };
        assert!(put!(store, |tx| tx.client_token_insert(&both).await).is_err());
    }

    async fn an_audience_is_found_in_all_tenants(store: &Store) {
        let (a, b) = worlds(store).await;
        let audience = a.contract().audience;
        let found = get!(store, |tx| tx.apis_of_audience(&audience).await).unwrap();
        let mut tenants: Vec<_> = found.iter().map(|api| api.tenant).collect();
        tenants.sort_by_key(|t| t.uuid());
        let mut both = [a.tenant, b.tenant];
        both.sort_by_key(|t| t.uuid());
        assert_eq!(tenants, both);
        assert_eq!(get!(store, |tx| tx.apis_of_audience("https://nowhere.example").await), Ok(Vec::new()));
    }

    async fn a_proposal_reads_back_and_one_waits_at_a_time(store: &Store) {
        let (a, b) = worlds(store).await;
        let change = ContractChangeRow {
            id: ContractChangeId::from_uuid(uuid(1, 95)),
            tenant: a.tenant,
            base_version: 1,
            contract: a.contract(),
            digest: Digest::of("x", b"y"),
            proposed_by: a.dana,
            proposed_at: at(7),
            state: "waiting".into(),
            decided_by: None,
            decided_at: None,
        };
        let (first, second) = (change.clone(), ContractChangeRow { id: ContractChangeId::from_uuid(uuid(1, 96)), proposed_at: at(8), ..change.clone() });
        put!(store, |tx| tx.contract_change_insert(&first).await).unwrap();
        let twin = second.clone();
        assert_eq!(put!(store, |tx| tx.contract_change_insert(&twin).await), Err(StoreError::Taken));
        put!(store, |tx| {
            let done = ContractChangeRow { state: "accepted".into(), decided_by: Some(a.sana), decided_at: Some(at(9)), ..change };
            tx.contract_change_update(&done).await?;
            assert_eq!(tx.contract_change(a.tenant, done.id, Lock::Update).await?, Some(done.clone()));
            assert_eq!(tx.contract_change(b.tenant, done.id, Lock::None).await?, None);
            tx.contract_change_insert(&second).await?;
            assert_eq!(tx.contract_changes(a.tenant).await?, [second, done]);
            Ok(())
        }).unwrap();
        assert_eq!(get!(store, |tx| tx.contract_changes(b.tenant).await), Ok(Vec::new()));
    }
}
