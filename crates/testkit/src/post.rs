//! A request to an endpoint for programs whose every parameter, header and byte a test may change, drop or double.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;

use crate::{Answer, Site};

/// A form about to be sent.
#[derive(Clone)]
pub struct Post {
    site: Site,
    method: Method,
    path: String,
    params: Vec<(String, String)>,
    heads: Vec<(String, String)>,
    raw: Option<Vec<u8>>,
    address: String,
}

impl Post {
    pub(crate) fn of(site: &Site, path: &str) -> Self {
        let heads = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        let (site, address) = (site.clone(), site.issuer.clone());
        Self { site, method: Method::POST, path: path.to_owned(), params: Vec::new(), heads, raw: None, address }
    }

    /// With one parameter as given, whatever it was.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
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

    /// With HTTP Basic, and no other.
    #[must_use]
    pub fn basic(self, id: &str, secret: &str) -> Self {
        self.unproved().head("authorization", &format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
    }

    /// Without what proves the client.
    #[must_use]
    pub fn unproved(mut self) -> Self {
        self.heads.retain(|(n, _)| n != "authorization");
        self
    }

    /// With one header field more.
    #[must_use]
    pub fn head(mut self, name: &str, value: &str) -> Self {
        self.heads.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With one header field as given.
    #[must_use]
    pub fn only_head(mut self, name: &str, value: &str) -> Self {
        self.heads.retain(|(n, _)| n != name);
        self.head(name, value)
    }

    /// With these bytes for a body, instead of the parameters.
    #[must_use]
    pub fn body(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.raw = Some(raw.into());
        self
    }

    /// The parameters as they would be sent.
    #[must_use]
    pub fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.params).finish()
    }

    /// By another method.
    #[must_use]
    pub fn method(self, method: &str) -> Self {
        Self { method: Method::from_bytes(method.as_bytes()).expect("a method"), ..self }
    }

    /// With something added to the path: a query, say.
    #[must_use]
    pub fn at_path(mut self, more: &str) -> Self {
        self.path.push_str(more);
        self
    }

    /// To the process that listens at `address`, which answers under the same issuer.
    #[must_use]
    pub fn at(self, address: &str) -> Self {
        let host = crate::person::host(&self.site.issuer).to_owned();
        Self { address: address.to_owned(), ..self }.only_head("host", &host)
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let body = self.raw.clone().unwrap_or_else(|| self.encoded().into_bytes());
        let request = self.site.http.request(self.method, format!("{}{}", self.address, self.path)).body(body);
        let request = self.heads.iter().fold(request, |request, (name, value)| request.header(name, value));
        Answer::read(request.send().await.expect("the service answers")).await
    }
}
