//! What an agent does in their window: ask, wait, start, call, end.

use super::{Done, Fault, locate::At, page::Page};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// On which case.
    pub case: &'a str,
    /// For whom: comes from the case.
    pub customer: &'a str,
    /// Names of the actions.
    pub actions: &'a [&'a str],
    /// How long.
    pub minutes: &'a str,
    /// Why.
    pub why: &'a str,
}

/// Where it stands.
fn standing() -> At {
    At::named("Where it stands")
}

/// The bar of somebody who acts.
#[must_use]
pub fn bar() -> At {
    At::named("Acting for a customer")
}

/// The bar of a session that ended from elsewhere.
#[must_use]
pub fn ended_bar() -> At {
    At::named("The session has ended")
}

/// Goes to a place of the navigation.
///
/// # Errors
/// If it does not come up.
pub async fn go_to(page: &Page, place: &str) -> Done {
    page.press(&At::link(place).inside(&At::named("Main"))).await?;
    page.see(&At::heading(place)).await.map(drop)
}

/// From the case to the empty form.
///
/// # Errors
/// If the case is not there or the form does not come.
pub async fn open_form(page: &Page, ask: &Ask<'_>) -> Done {
    go_to(page, "My work").await?;
    page.press(&At::link(ask.case).inside(&At::row().saying(ask.case))).await?;
    page.see(&At::heading("New request")).await?;
    // Customer and tenant come from the case: printed, and no field for them anywhere.
    let fixed = At::named("Case, fixed");
    page.see(&fixed.clone().saying(ask.customer).saying("acme")).await?;
    for name in ["input", "textarea", "select"] {
        let n = page.count(&At::tag(name).inside(&fixed)).await?;
        if n != 0 {
            return Err(Fault::otherwise("a case without fields", format!("{n} {name}")));
        }
    }
    Ok(())
}

/// Fills the form, and sees the verdict and the claims follow.
///
/// # Errors
/// If they don't.
pub async fn fill(page: &Page, ask: &Ask<'_>) -> Done {
    let verdict = At::named("What policy says");
    page.see(&verdict.clone().saying("Choose at least one action")).await?;
    for action in ask.actions {
        page.press(&At::choice(action)).await?;
    }
    page.press(&At::segment("How long", ask.minutes)).await?;
    page.write(&At::field("Why"), ask.why).await?;
    page.see(&verdict.clone().saying("Needs one signature").saying("sana")).await?;
    let claims = At::named("Token that this would make");
    for text in ["\"act\"", ask.customer, ask.case, "\"scope\""] {
        page.see(&claims.clone().saying(text)).await?;
    }
    Ok(())
}

/// Sends the form, and sees the request wait.
///
/// # Errors
/// If it does not.
pub async fn submit(page: &Page, ask: &Ask<'_>) -> Done {
    page.press(&At::button("Ask for one signature")).await?;
    page.see(&At::named("Request").saying(ask.customer).saying(ask.case).saying(ask.why)).await?;
    page.see(&standing().saying("One signature of approvers").saying("lapses at")).await.map(drop)
}

/// From the case to the waiting request.
///
/// # Errors
/// As the parts.
pub async fn ask(page: &Page, ask: &Ask<'_>) -> Done {
    open_form(page, ask).await?;
    fill(page, ask).await?;
    submit(page, ask).await
}

/// The request that is open says `text` of itself.
///
/// # Errors
/// If it does not come to.
pub async fn stands(page: &Page, text: &str) -> Done {
    page.see(&standing().saying(text)).await.map(drop)
}

/// Starts the signed request that is open, and sees the bar.
///
/// # Errors
/// If nothing starts.
pub async fn start(page: &Page, ask: &Ask<'_>) -> Done {
    page.press(&At::button(&format!("Start, {} min", ask.minutes))).await?;
    page.see(&At::heading("API explorer")).await?;
    acts(page, ask).await
}

/// On top stands for whom, on which case, and how long.
///
/// # Errors
/// If it does not.
pub async fn acts(page: &Page, ask: &Ask<'_>) -> Done {
    let bar = bar().saying(ask.customer).saying(ask.case);
    page.see(&bar).await?;
    let left = page.read(&At::role("timer").inside(&bar)).await?;
    if left.contains("left") { Ok(()) } else { Err(Fault::otherwise("the time left in the bar", left)) }
}

/// Sends the call that `operation` stands for, with `body` in place of the example, and sees what is answered.
///
/// # Errors
/// If the answer is another.
pub async fn call(page: &Page, operation: &str, body: Option<&str>, answer: &[&str]) -> Done {
    page.press(&At::button(operation).inside(&At::named("Operations"))).await?;
    if let Some(body) = body {
        page.write(&At::field("Body"), body).await?;
    }
    send(page, answer).await
}

/// Presses Send, and sees what is answered.
///
/// # Errors
/// If the answer is another.
pub async fn send(page: &Page, answer: &[&str]) -> Done {
    page.press(&At::button("Send").inside(&At::named("Call"))).await?;
    let mut wanted = At::named("Answer");
    for text in answer {
        wanted = wanted.saying(text);
    }
    page.see(&wanted).await?;
    page.see(&At::link("Its line in the trail")).await.map(drop)
}

/// Ends the session by the bar's own button.
///
/// # Errors
/// If it goes on.
pub async fn end(page: &Page, ask: &Ask<'_>) -> Done {
    page.press(&At::button("End").inside(&bar())).await?;
    let dialog = At::dialog(&format!("End the session for {}?", ask.customer));
    page.press(&At::button("End the session").inside(&dialog)).await?;
    page.see(&At::named("Messages").saying("has ended")).await?;
    page.gone(&bar()).await
}

/// Takes the waiting request back that is open.
///
/// # Errors
/// If it still waits.
pub async fn withdraw(page: &Page) -> Done {
    page.press(&At::button("Withdraw…")).await?;
    page.press(&At::button("Withdraw the request").inside(&At::dialog("Withdraw your request?"))).await?;
    stands(page, "You took it back").await
}

/// Puts the bar of an ended session away.
///
/// # Errors
/// If it stays.
pub async fn dismiss(page: &Page) -> Done {
    page.press(&At::button("Dismiss").inside(&ended_bar())).await?;
    page.gone(&ended_bar()).await
}
