//! One page that is driven: a window of the console, or the browser. Every look waits, up to a deadline.

use std::time::{Duration, Instant};

use fantoccini::{Client, Locator, elements::Element, error::CmdError, wd::WindowHandle};
use serde_json::Value;

use super::{Done, Fault, locate::At};

/// How long something may take to come to be.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// Calls back when the fonts are there and two frames have gone by, at most a second later where none are drawn.
const DRAWN: &str = "const done = arguments[0]; setTimeout(done, 1000); \
    document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(40);
/// Whether an element takes room that is not made invisible. The driver's own answer is wrong for parts of grids.
const SHOWS: &str = "const e = arguments[0]; return e.getClientRects().length > 0 && getComputedStyle(e).visibility === 'visible'";
/// Control and the letter a, as WebDriver writes keys (WebDriver §17.4.2): chooses all that stands in a field.
const ALL: &str = "\u{e009}a\u{e000}";

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    client: Client,
    handle: Option<WindowHandle>,
    name: String,
}

impl Page {
    /// A page of `client`; with `handle`, that window of several.
    #[must_use]
    pub fn new(client: Client, handle: Option<WindowHandle>, name: &str) -> Self {
        Self { client, handle, name: name.into() }
    }

    /// The same page under another name.
    #[must_use]
    pub fn called(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What it is called in what is printed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn fault(&self, cause: CmdError) -> Fault {
        Fault::Driver { page: self.name.clone(), cause: Box::new(cause) }
    }

    /// The client, after making this page the one that it drives.
    async fn here(&self) -> Result<&Client, CmdError> {
        if let Some(handle) = &self.handle {
            self.client.switch_to_window(handle.clone()).await?;
        }
        Ok(&self.client)
    }

    async fn shown(&self, what: &At) -> Result<Option<Element>, CmdError> {
        let client = self.here().await?;
        for element in client.find_all(Locator::XPath(what.xpath())).await? {
            let asked = serde_json::to_value(&element)?;
            if client.execute(SHOWS, vec![asked]).await? == Value::Bool(true) {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    /// Tries again and again until `attempt` gives something. What the page says no to meanwhile, it may allow a moment later.
    async fn try_until<T>(&self, what: &str, attempt: impl AsyncFn() -> Result<Option<T>, CmdError>) -> Done<T> {
        let begun = Instant::now();
        let mut last = String::new();
        while begun.elapsed() < PATIENCE {
            match attempt().await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => last.clear(),
                Err(CmdError::Standard(said)) => last = format!(", but: {} {}", said.error(), said.message).trim_end().to_owned(),
                Err(other) => return Err(self.fault(other)),
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(Fault::NotSeen { page: self.name.clone(), what: what.into(), waited_s: PATIENCE.as_secs(), last })
    }

    /// Waits until it shows.
    ///
    /// # Errors
    /// If it does not in time.
    pub async fn see(&self, what: &At) -> Done<Element> {
        self.try_until(&what.to_string(), async || self.shown(what).await).await
    }

    /// Waits until nothing of the kind shows any more.
    ///
    /// # Errors
    /// If it still shows in the end.
    pub async fn gone(&self, what: &At) -> Done {
        self.try_until(&format!("no more {what}"), async || Ok(self.shown(what).await?.is_none().then_some(()))).await
    }

    /// Whether it shows at this moment.
    ///
    /// # Errors
    /// If the driver does not answer.
    pub async fn shows(&self, what: &At) -> Done<bool> {
        Ok(self.shown(what).await.map_err(|e| self.fault(e))?.is_some())
    }

    /// How many of the kind there are at this moment.
    ///
    /// # Errors
    /// If the driver does not answer.
    pub async fn count(&self, what: &At) -> Done<usize> {
        let found = async { self.here().await?.find_all(Locator::XPath(what.xpath())).await };
        Ok(found.await.map_err(|e| self.fault(e))?.len())
    }

    /// Waits until `how` holds of the number of them.
    ///
    /// # Errors
    /// If it does not in time.
    pub async fn count_until(&self, what: &At, wanted: &str, how: impl Fn(usize) -> bool) -> Done<usize> {
        let attempt = async || {
            let n = self.here().await?.find_all(Locator::XPath(what.xpath())).await?.len();
            Ok(how(n).then_some(n))
        };
        self.try_until(&format!("{wanted} of {what}"), attempt).await
    }

    /// Presses it, as soon as it shows and can be pressed.
    ///
    /// # Errors
    /// If that does not come in time.
    pub async fn press(&self, what: &At) -> Done {
        let attempt = async || {
            let Some(element) = self.shown(what).await? else { return Ok(None) };
            if element.attr("aria-disabled").await?.as_deref() == Some("true") {
                return Ok(None);
            }
            element.click().await.map(Some)
        };
        self.try_until(&format!("{what}, to press"), attempt).await
    }

    /// Types `text` in place of what stands there.
    ///
    /// # Errors
    /// If it does not come to stand there.
    pub async fn write(&self, what: &At, text: &str) -> Done {
        let field = self.see(what).await?;
        field.click().await.map_err(|e| self.fault(e))?;
        field.send_keys(ALL).await.map_err(|e| self.fault(e))?;
        field.send_keys(text).await.map_err(|e| self.fault(e))?;
        let attempt = async || Ok((field.prop("value").await?.as_deref() == Some(text)).then_some(()));
        self.try_until(&format!("“{text}” in {what}"), attempt).await
    }

    /// Presses a key where the keyboard is.
    ///
    /// # Errors
    /// If the driver can't.
    pub async fn type_key(&self, key: &str) -> Done {
        let typed = async { self.here().await?.active_element().await?.send_keys(key).await };
        typed.await.map_err(|e| self.fault(e))
    }

    /// Scrolls until it stands at the bottom of what shows.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn scroll_to(&self, what: &At) -> Done {
        let attempt = async || {
            let Some(element) = self.shown(what).await? else { return Ok(None) };
            let asked = serde_json::to_value(&element)?;
            self.client.execute("arguments[0].scrollIntoView({ block: 'end' })", vec![asked]).await.map(Some)
        };
        self.try_until(&what.to_string(), attempt).await.map(drop)
    }

    /// Its text, with white space made one space each.
    ///
    /// # Errors
    /// If it does not show in time.
    pub async fn read(&self, what: &At) -> Done<String> {
        let attempt = async || {
            let Some(element) = self.shown(what).await? else { return Ok(None) };
            Ok(element.prop("textContent").await?.map(|t| t.split_whitespace().collect::<Vec<_>>().join(" ")))
        };
        self.try_until(&what.to_string(), attempt).await
    }

    /// An attribute of it.
    ///
    /// # Errors
    /// If it does not show in time.
    pub async fn attribute(&self, what: &At, name: &str) -> Done<String> {
        let attempt = async || match self.shown(what).await? {
            Some(element) => element.attr(name).await,
            None => Ok(None),
        };
        self.try_until(&format!("`{name}` of {what}"), attempt).await
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// If the driver can't.
    pub async fn go(&self, address: &str) -> Done {
        let gone = async { self.here().await?.goto(address).await };
        gone.await.map_err(|e| self.fault(e))
    }

    /// Asks the page itself.
    ///
    /// # Errors
    /// If it throws.
    pub async fn ask(&self, script: &str) -> Done<Value> {
        let asked = async { self.here().await?.execute(script, Vec::new()).await };
        asked.await.map_err(|e| self.fault(e))
    }

    /// Waits until the page itself says yes.
    ///
    /// # Errors
    /// If it does not in time.
    pub async fn ask_until(&self, what: &str, script: &str) -> Done {
        let attempt = async || Ok((self.here().await?.execute(script, Vec::new()).await? == Value::Bool(true)).then_some(()));
        self.try_until(what, attempt).await
    }

    /// Puts it there on the screen.
    ///
    /// # Errors
    /// If the driver can't.
    pub async fn move_to(&self, x: u32, y: u32) -> Done {
        let asked = async { self.here().await?.set_window_position(x, y).await };
        asked.await.map_err(|e| self.fault(e))
    }

    /// Makes it so wide and high.
    ///
    /// # Errors
    /// If it does not become so.
    pub async fn resize(&self, width: u32, height: u32) -> Done {
        let asked = async { self.here().await?.set_window_size(width, height).await };
        asked.await.map_err(|e| self.fault(e))?;
        self.ask_until(&format!("a window {width} wide"), &format!("return Math.abs(window.innerWidth - {width}) < 8")).await
    }

    /// Waits until all that stands in it is drawn.
    ///
    /// # Errors
    /// If the driver can't.
    pub async fn drawn(&self) -> Done {
        let asked = async { self.here().await?.execute_async(DRAWN, Vec::new()).await };
        asked.await.map(drop).map_err(|e| self.fault(e))
    }

    /// Its picture as PNG, when its fonts are there and nothing moves in.
    ///
    /// # Errors
    /// If the driver can't.
    pub async fn picture(&self) -> Done<Vec<u8>> {
        self.drawn().await?;
        let taken = async { self.here().await?.screenshot().await };
        taken.await.map_err(|e| self.fault(e))
    }

    /// Its source.
    ///
    /// # Errors
    /// If the driver can't.
    pub async fn source(&self) -> Done<String> {
        let asked = async { self.here().await?.source().await };
        asked.await.map_err(|e| self.fault(e))
    }

    /// Closes this window of several.
    ///
    /// # Errors
    /// If the driver can't.
    pub async fn close(self) -> Done {
        let closed = async { self.here().await?.close_window().await };
        closed.await.map_err(|e| self.fault(e))
    }
}
