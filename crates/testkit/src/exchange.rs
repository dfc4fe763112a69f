//! A token exchange (RFC 8693) whose every parameter a test may change, drop, double or forge.

use countersign_domain::Secret;
use countersign_oauth::token::{GRANT_EXCHANGE, TYPE_ACCESS_TOKEN, TYPE_WARRANT};

use crate::{
    Answer, Person,
    person::{TOKEN, host},
    wire,
};

/// An exchange about to be sent.
#[derive(Clone)]
pub struct Exchange {
    person: Person,
    params: Vec<(String, String)>,
    proofs: Vec<String>,
    /// Whether the proof is its own, to be made anew with the nonce that is asked for.
    own: bool,
    address: String,
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
        let proofs = vec![person.proof("POST", TOKEN, None)];
        Self { person: person.clone(), params, proofs, own: true, address: person.issuer.clone() }
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

    /// With this proof of possession, or none, as it is and once.
    #[must_use]
    pub fn proof(self, proof: Option<String>) -> Self {
        Self { proofs: proof.into_iter().collect(), own: false, ..self }
    }

    /// With one proof more.
    #[must_use]
    pub fn and_proof(mut self, proof: String) -> Self {
        self.proofs.push(proof);
        Self { own: false, ..self }
    }

    /// To the process that listens at `address`, which answers under the same issuer.
    #[must_use]
    pub fn at(self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self }
    }

    /// As it goes over the wire.
    #[must_use]
    pub fn wire(&self) -> String {
        let request = self.person.http.post(format!("{}{TOKEN}", self.address)).form(&self.params);
        wire::text(self.proofs.iter().fold(request, |request, proof| request.header("dpop", proof)))
    }

    /// Sends it.
    pub async fn send(mut self) -> Answer {
        let answer = self.send_once().await;
        if self.own && self.person.nonces.note(TOKEN, &answer) {
            self.proofs = vec![self.person.proof("POST", TOKEN, None)];
            return self.send_once().await;
        }
        answer
    }

    async fn send_once(&self) -> Answer {
        let request = self.person.http.post(format!("{}{TOKEN}", self.address)).header("host", host(&self.person.issuer)).form(&self.params);
        let request = self.proofs.iter().fold(request, |request, proof| request.header("dpop", proof));
        Answer::read(request.send().await.expect("the service answers")).await
    }

    /// Sends it and takes the token.
    pub async fn token(self) -> String {
        let answer = self.send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }
}
