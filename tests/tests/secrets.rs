//! Secrets stay put: not in the database in the clear, not in answers that don't give them, not in pages.

use countersign_testkit::{World, world::PASSWORD};

#[tokio::test]
async fn the_database_holds_no_token_code_cookie_or_password_in_the_clear() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    let proven = sana.prove_with(&world, asked.id, asked.digest, PASSWORD).await.unwrap_or_else(|a| panic!("{}", a.body));
    sana.token(&proven.redeem).await;
    sana.review(&asked, countersign_domain::review::Decision::Sign, None).await;
    let (_, warrant) = dana.start(asked.id).await;
    let token = dana.exchange(&warrant).token().await;

    let mut bytes = Vec::new();
    for file in world.files() {
        bytes.extend(std::fs::read(file).unwrap());
    }
    assert!(bytes.len() > 4096, "there is a database to look at");
    let holds = |needle: &str| bytes.windows(needle.len()).any(|w| w == needle.as_bytes());
    assert!(holds("ZD-4711"), "the search finds what is there");
    let signature = token.rsplit('.').next().unwrap();
    for secret in [dana.access.expose(), dana.refresh.expose(), warrant.expose(), sana.access.expose(), signature, PASSWORD] {
        // Neither with its prefix nor without.
        assert!(!holds(secret) && !holds(secret.trim_start_matches("csa_").trim_start_matches("csr_").trim_start_matches("csw_")));
    }
    assert!(!holds("-----BEGIN") && !holds("PRIVATE KEY"));
}

#[tokio::test]
async fn the_trail_holds_no_name_subject_case_key_reason_or_path() {
    let world = World::new().await;
    let (dana, sana, ines) = (world.person("dana").await, world.person("sana").await, world.person("ines").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.sign(&world, &asked).await;
    let (delegation, _) = dana.start(asked.id).await;
    dana.intend(&delegation, "PUT", "/customers/cus_8812/address").await;
    for line in world.trail(&ines).await {
        let detail = ines.get(&format!("/v1/events/{}", line["id"].as_str().unwrap())).await.json();
        let canonical = detail["canonical"].as_str().unwrap();
        for personal in ["dana", "sana", "cus_8812", "ZD-4711", "phone", "/customers"] {
            assert!(!canonical.contains(personal), "{canonical}");
        }
        // Canonical as RFC 8785 has it: reading and writing it again changes nothing.
        let value: serde_json::Value = serde_json::from_str(canonical).unwrap();
        assert_eq!(countersign_domain::canonical::bytes(&value).unwrap(), canonical.as_bytes());
    }
}
