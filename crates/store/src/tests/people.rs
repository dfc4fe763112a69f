use countersign_domain::{CustomerId, InviteId, PersonId, TenantId, person::Role};

use super::{get, on_both, put, world::*};
use crate::{AccountRow, InviteRow, Lock, PersonRow, StoreError, TenantRow};

on_both! {
    async fn tenants_and_settings(store: &Store) {
        let row = TenantRow { id: TenantId::from_uuid(uuid(9, 1)), name: "Größe & Söhne".into(), created_at: at(7) };
        let kept = row.clone();
        put!(store, |tx| tx.tenant_insert(&row).await).unwrap();
        put!(store, |tx| {
            assert_eq!(tx.tenant(kept.id).await?, Some(kept.clone()));
            assert_eq!(tx.tenant(TenantId::from_uuid(uuid(8, 1))).await?, None);
            assert_eq!(tx.tenants().await?, [kept]);
            assert_eq!(tx.setting("a").await?, None);
            tx.setting_put("a", "1").await?;
            tx.setting_put("a", "2").await?;
            assert_eq!(tx.setting("a").await?.as_deref(), Some("2"));
            Ok(())
        }).unwrap();
    }

    async fn people_have_a_tenant(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let row = PersonRow { tenant: a.tenant, id: PersonId::from_uuid(uuid(1, 50)), name: "aaron".into(), customer: Some(a.customer), created_at: at(9) };
            tx.person_insert(&row).await?;
            assert_eq!(tx.person(a.tenant, row.id).await?, Some(row.clone()));
            assert_eq!(tx.person(b.tenant, row.id).await?, None);
            let names: Vec<_> = tx.people(a.tenant).await?.into_iter().map(|p| p.name).collect();
            assert_eq!(names, ["aaron", "dana", "imre", "sana"]);
            Ok(())
        }).unwrap();
        let stray = PersonRow { tenant: a.tenant, id: PersonId::from_uuid(uuid(1, 51)), name: "stray".into(), customer: Some(b.customer), created_at: at(9) };
        let refused = put!(store, |tx| tx.person_insert(&stray).await);
        assert!(matches!(refused, Err(StoreError::Corrupt(_))), "a reference into another tenant: {refused:?}");
    }

    async fn roles_and_groups_are_set_as_a_whole(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            tx.roles_set(a.tenant, a.dana, &[Role::Admin, Role::Agent, Role::Agent]).await?;
            assert_eq!(tx.roles(a.tenant, a.dana).await?, [Role::Agent, Role::Admin]);
            assert_eq!(tx.roles(b.tenant, a.dana).await?, []);
            tx.roles_set(a.tenant, a.dana, &[]).await?;
            assert_eq!(tx.roles(a.tenant, a.dana).await?, []);
            tx.groups_set(a.tenant, a.dana, &["b".into(), "a".into(), "a".into()]).await?;
            assert_eq!(tx.groups(a.tenant, a.dana).await?, ["a", "b"]);
            tx.groups_set(a.tenant, a.dana, &["c".into()]).await?;
            assert_eq!(tx.groups(a.tenant, a.dana).await?, ["c"]);
            assert_eq!(tx.groups(b.tenant, a.dana).await?, Vec::<String>::new());
            Ok(())
        }).unwrap();
    }

    async fn a_group_counts_only_who_can_sign(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            tx.groups_set(a.tenant, a.dana, &["approvers".into()]).await?;
            let members = |rows: Vec<PersonRow>| rows.into_iter().map(|p| p.id).collect::<Vec<_>>();
            // dana is no approver, imre has not joined.
            assert_eq!(members(tx.group_members(a.tenant, "approvers").await?), [a.sana]);
            tx.password_set(a.tenant, a.imre, "$argon2id$", at(1)).await?;
            assert_eq!(members(tx.group_members(a.tenant, "approvers").await?), [a.imre, a.sana]);
            assert_eq!(members(tx.group_members(b.tenant, "approvers").await?), [b.sana]);
            assert_eq!(members(tx.group_members(a.tenant, "others").await?), []);
            Ok(())
        }).unwrap();
    }

    async fn a_login_is_one_across_tenants(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let account = tx.account_by_login("imre1").await?.unwrap();
            assert_eq!((account.tenant, account.person, account.password_hash.clone()), (a.tenant, a.imre, None));
            assert_eq!(tx.account_by_person(a.tenant, a.imre).await?, Some(account));
            assert_eq!(tx.account_by_person(b.tenant, a.imre).await?, None);
            tx.password_set(a.tenant, a.imre, "$new$", at(8)).await?;
            tx.password_set(b.tenant, a.sana, "$other tenant$", at(8)).await?;
            assert_eq!(tx.account_by_login("imre1").await?.unwrap().password_hash.as_deref(), Some("$new$"));
            assert_eq!(tx.account_by_login("sana1").await?.unwrap().password_hash.as_deref(), Some("$argon2id$"));
            assert_eq!(tx.account_by_login("nobody").await?, None);
            let row = PersonRow { tenant: b.tenant, id: PersonId::from_uuid(uuid(2, 60)), name: "twin".into(), customer: None, created_at: at(0) };
            tx.person_insert(&row).await
        }).unwrap();
        let id = countersign_domain::AccountId::from_uuid(uuid(2, 61));
        let twin = AccountRow { id, tenant: b.tenant, person: PersonId::from_uuid(uuid(2, 60)), login: "dana1".into(), password_hash: None };
        assert_eq!(put!(store, |tx| tx.account_insert(&twin, at(0)).await), Err(StoreError::Taken));
    }

    async fn a_newer_invitation_replaces_older_ones(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let row = |n: u8, by| InviteRow {
                id: InviteId::from_uuid(uuid(1, 70 + n)),
                tenant: a.tenant,
                person: a.imre,
                token_hash: a.hash(n),
                expires_at: at(100),
                used_at: None,
                created_by: Some(by),
            };
            tx.invite_insert(&row(1, a.dana)).await?;
            assert_eq!(tx.invite_by_hash(&a.hash(1), Lock::Update).await?, Some(row(1, a.dana)));
            tx.invite_insert(&row(2, a.sana)).await?;
            assert_eq!(tx.invite_by_hash(&a.hash(1), Lock::None).await?, None);
            assert!(!tx.invite_use(a.tenant, row(1, a.dana).id, at(5)).await?, "a replaced link");
            assert!(!tx.invite_use(b.tenant, row(2, a.sana).id, at(5)).await?, "another tenant");
            assert!(tx.invite_use(a.tenant, row(2, a.sana).id, at(5)).await?);
            assert!(!tx.invite_use(a.tenant, row(2, a.sana).id, at(6)).await?, "twice");
            assert_eq!(tx.invite_by_hash(&a.hash(2), Lock::None).await?.unwrap().used_at, Some(at(5)));
            assert_eq!(tx.inviters(a.tenant, a.imre).await?, [a.dana, a.sana]);
            assert_eq!(tx.inviters(b.tenant, a.imre).await?, []);
            Ok(())
        }).unwrap();
    }

    async fn a_customer_keeps_the_first_id(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            assert_eq!(tx.customer_upsert(a.tenant, "cus_8812", CustomerId::from_uuid(uuid(1, 80))).await?, a.customer);
            let fresh = CustomerId::from_uuid(uuid(1, 81));
            assert_eq!(tx.customer_upsert(a.tenant, "cus_3051", fresh).await?, fresh);
            assert_eq!(tx.customer(a.tenant, fresh).await?.as_deref(), Some("cus_3051"));
            assert_eq!(tx.customer(b.tenant, fresh).await?, None);
            Ok(())
        }).unwrap();
        assert_eq!(get!(store, |tx| tx.customer(b.tenant, b.customer).await), Ok(Some("cus_8812".into())));
    }
}
