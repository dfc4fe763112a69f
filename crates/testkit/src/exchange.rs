//! A token exchange (RFC 8693) whose every parameter a test may change, drop, double or forge.

use countersign_domain::Secret;
use countersign_oauth::token::{GRANT_EXCHANGE, TYPE_ACCESS_TOKEN, TYPE_WARRANT};

use crate::{Answer, Person};

/// An exchange about to be sent.
#[derive(Clone)]
pub struct Exchange {
    person: Person,
    params: Vec<(String, String)>,
    proof: Option<String>,
}

impl Exchange {
    pub(crate) fn of(person: &Person, warrant: &Secret) -> Self {
        let params = [
            ("grant_type", GRANT_EXCHANGE),
            ("client_id", "console"),
            ("subject_token", warrant.expose()),
            ("subject_token_type", TYPE_WARRANT),
            ("actor_token", person.access.expose()),
            ("actor_token_type", TYPE_ACCESS_TOKEN),
            ("audience", "https://api.acme.example/accounts"),
        ];
        let params = params.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
        let proof = Some(person.proof("POST", "/oauth/token", None));
        Self { person: person.clone(), params, proof }
    }

    /// With one parameter as given, whatever it was.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.params.retain(|(n, _)| n != name);
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With one parameter more, also where it is there already.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(n, _)| n != name);
        self
    }

    /// With this proof of possession, or none.
    #[must_use]
    pub fn proof(mut self, proof: Option<String>) -> Self {
        self.proof = proof;
        self
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let mut request = self.person.http.post(format!("{}/oauth/token", self.person.issuer)).form(&self.params);
        if let Some(proof) = self.proof {
            request = request.header("dpop", proof);
        }
        Answer::read(request.send().await.expect("the service answers")).await
    }

    /// Sends it and takes the token.
    pub async fn token(self) -> String {
        let answer = self.send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }
}
