//! A browser, as far as the service's pages need one: cookies, forms, redirects that are looked at and not followed.

use std::collections::BTreeMap;

use url::Url;

use crate::Answer;

/// A cookie jar and what stands in the page's form.
#[derive(Debug, Clone)]
pub struct Browser {
    http: reqwest::Client,
    issuer: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new(http: reqwest::Client, issuer: &str) -> Self {
        Self { http, issuer: issuer.to_owned(), cookies: BTreeMap::new() }
    }

    /// Opens a page.
    pub async fn open(&mut self, path_and_query: &str) -> Answer {
        let request = self.http.get(format!("{}{path_and_query}", self.issuer)).header("cookie", self.cookie());
        self.keep(Answer::read(request.send().await.expect("the page answers")).await)
    }

    /// Sends the form of `page`, which was opened at `path_and_query`, with its hidden fields and these.
    pub async fn send(&mut self, path_and_query: &str, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let mut form: Vec<(String, String)> = hidden(&page.body);
        form.extend(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let request = self.http.post(format!("{}{path_and_query}", self.issuer)).header("cookie", self.cookie()).header("origin", &self.issuer).form(&form);
        self.keep(Answer::read(request.send().await.expect("the form is answered")).await)
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        for set in answer.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()) {
            let pair = set.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        answer
    }
}

/// The hidden fields of a page's form.
fn hidden(body: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let from = tag.split_once(&format!("{name}=\""))?.1;
        Some(from.split_once('"')?.0.replace("&amp;", "&").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">"))
    };
    body.split("<input")
        .skip(1)
        .map(|tag| tag.split('>').next().unwrap_or_default())
        .filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"))
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())))
        .collect()
}

/// A query parameter of the address that an answer redirects to.
#[must_use]
pub fn redirected(answer: &Answer, name: &str) -> Option<String> {
    let to = Url::parse(answer.header("location")).ok()?;
    to.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}
