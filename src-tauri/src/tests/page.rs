//! A person at the service's pages, as far as a browser is needed for that: a cookie, a form, its button.

use reqwest::{
    Client,
    header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE},
    redirect::Policy,
};
use url::Url;

/// A browser with nobody signed in.
pub(super) struct Page {
    http: Client,
    cookies: Vec<(String, String)>,
}

impl Page {
    pub(super) fn new() -> Self {
        Self { http: Client::builder().redirect(Policy::none()).no_proxy().build().unwrap(), cookies: Vec::new() }
    }

    /// Opens `url`, fills in `fields`, presses the button, and follows back to the console.
    pub(super) async fn fill(&mut self, url: &str, fields: &[(&str, &str)]) {
        let page = self.get(url).await;
        let forms = page.split("<form").skip(1).filter_map(|rest| rest.split_once("</form>"));
        let text =
            forms.map(|(form, _)| form).find(|form| form.contains("name=\"password\"")).unwrap_or_else(|| panic!("no form that asks for a password: {page}"));
        let mut form: Vec<(String, String)> = hidden(text);
        form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = Url::parse(url).unwrap();
        let action = between(text, "action=\"", "\"").map(unescape);
        let target = action.map_or_else(|| url.clone(), |a| url.join(&a).unwrap());
        let request = self.http.post(target).header(ORIGIN, url.origin().ascii_serialization()).header(COOKIE, self.cookie()).form(&form);
        let answer = request.send().await.unwrap();
        self.keep(&answer);
        let status = answer.status();
        let back = answer.headers().get(LOCATION).map(|l| l.to_str().unwrap().to_owned());
        let Some(back) = back else { panic!("the page did not go back to the console ({status}): {}", answer.text().await.unwrap()) };
        let page = self.http.get(&back).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("You can close this page"), "{page}");
    }

    async fn get(&mut self, url: &str) -> String {
        let answer = self.http.get(url).header(COOKIE, self.cookie()).send().await.unwrap();
        assert!(answer.status().is_success(), "{}: {}", answer.status(), answer.text().await.unwrap());
        self.keep(&answer);
        answer.text().await.unwrap()
    }

    fn keep(&mut self, answer: &reqwest::Response) {
        for set in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(n, _)| n != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }
}

fn hidden(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input").skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag).filter(|tag| tag.contains("type=\"hidden\""));
    inputs.filter_map(|tag| Some((unescape(between(tag, "name=\"", "\"")?), unescape(between(tag, "value=\"", "\"")?)))).collect()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(inner, _)| inner)
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
