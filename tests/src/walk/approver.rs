//! What an approver does in their window: read, sign, refuse, take a signature back.

use super::{
    Done,
    agent::{Ask, go_to},
    browser::{Browser, Proof},
    diary::Diary,
    locate::At,
    page::Page,
    stage::Stage,
};

/// The line of a customer in the approver's list.
fn listed(customer: &str) -> At {
    At::any_link().saying(customer).inside(&At::named("Requests"))
}

/// Reads what is asked: who, for whom, the case, the actions by risk, the reason, how long.
///
/// # Errors
/// If something of it does not stand there.
pub async fn reads(page: &Page, agent: &str, ask: &Ask<'_>) -> Done {
    page.press(&listed(ask.customer)).await?;
    let asked = At::named("What is asked");
    for text in [agent, ask.customer, ask.case, ask.why, "risk", &format!("{} min from the start", ask.minutes)] {
        page.see(&asked.clone().saying(text)).await?;
    }
    for action in ask.actions {
        page.see(&asked.clone().saying(action)).await?;
    }
    Ok(())
}

/// What is asked reaches further than the API that is asked for, and says where to.
///
/// # Errors
/// If it doesn't say so.
pub async fn reads_reach(page: &Page, api: &str, action: &str) -> Done {
    page.see(&At::named("What is asked").saying(api).saying(action)).await.map(drop)
}

/// Signs, with a fresh proof in the browser.
///
/// # Errors
/// If the signature does not come to count.
pub async fn sign(page: &Page, browser: &mut Browser, stage: &Stage, diary: &mut Diary, ask: &Ask<'_>) -> Done {
    page.press(&At::button("Sign…")).await?;
    let dialog = At::dialog("Prove that it is you");
    page.press(&At::button("Continue in the browser").inside(&dialog)).await?;
    page.see(&At::dialog("Continue in your browser")).await?;
    diary.keep("approver-waits-for-the-browser", &page.picture().await?)?;
    let shown = [ask.customer, ask.case, ask.why];
    browser.prove(stage, diary, page, &Proof { person: page.name(), shown: &shown, button: "Sign" }).await?;
    page.see(&At::named("Review").saying("You have signed it")).await.map(drop)
}

/// Refuses with a reason, which needs no fresh proof.
///
/// # Errors
/// If it is not refused.
pub async fn refuse(page: &Page, why: &str) -> Done {
    page.press(&At::button("Refuse…")).await?;
    let dialog = At::dialog("Refuse ");
    page.write(&At::field("Why").inside(&dialog), why).await?;
    page.press(&At::button("Refuse").inside(&dialog)).await?;
    page.gone(&dialog).await?;
    page.see(&At::named("Requests").saying("Refused")).await.map(drop)
}

/// Takes the signature back that stands on the request of this customer.
///
/// # Errors
/// If it stays.
pub async fn unsign(page: &Page, ask: &Ask<'_>) -> Done {
    go_to(page, "To sign").await?;
    page.press(&listed(ask.customer)).await?;
    page.press(&At::button("Withdraw my signature…")).await?;
    let dialog = At::dialog("Withdraw your signature?");
    page.press(&At::button("Withdraw my signature").inside(&dialog)).await?;
    page.gone(&dialog).await
}
