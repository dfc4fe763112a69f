//! What an admin does in their window: watch the trail, pause it, read one line and one story, close a case.

use serde_json::Value;

use super::{Done, Fault, agent::go_to, locate::At, page::Page};

const LINES: &str = "Lines of the trail";
/// The places of the lines that stand in the table, from the top.
const PLACES: &str = "return [...document.querySelectorAll('[aria-label=\"Lines of the trail\"] tbody tr[data-row] td:first-child')].map((c) => Number(c.textContent.replace(/\\D/g, '')))";

/// The lines of one kind that stand in the table.
#[must_use]
pub fn lines(kind: &str) -> At {
    At::row().with_cell(kind).inside(&At::named(LINES))
}

/// A line of this kind comes up, without anybody asking for it.
///
/// # Errors
/// If it does not.
pub async fn sees(page: &Page, kind: &str, says: &[&str]) -> Done {
    let mut line = At::row().with_cell(kind);
    for text in says {
        line = line.saying(text);
    }
    page.see(&line.inside(&At::named(LINES))).await.map(drop)
}

/// What stands in the table has no gap.
///
/// # Errors
/// If it has one.
pub async fn misses_nothing(page: &Page) -> Done {
    let places = page.ask(PLACES).await?;
    let places: Vec<i64> = places.as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
    let gapless = places.len() > 5 && places.windows(2).all(|pair| matches!(pair, [newer, older] if newer - older == 1));
    if gapless { Ok(()) } else { Err(Fault::otherwise("lines in order without a gap", format!("{places:?}"))) }
}

/// Pauses the trail.
///
/// # Errors
/// If it goes on.
pub async fn pause(page: &Page) -> Done {
    page.press(&At::button("Pause")).await?;
    page.see(&At::role("status").saying("Nothing is held back yet")).await.map(drop)
}

/// Sees `n` lines held back, and none of them in the table.
///
/// # Errors
/// If it is otherwise.
pub async fn holds_back(page: &Page, n: usize, kind: &str, before: usize) -> Done {
    page.see(&At::role("status").saying(&format!("{n} lines held back"))).await?;
    let shown = page.count(&lines(kind)).await?;
    if shown == before { Ok(()) } else { Err(Fault::otherwise(format!("{before} lines {kind} while it is paused"), shown.to_string())) }
}

/// Lets it go on, and sees what was held back.
///
/// # Errors
/// If something is missing.
pub async fn resume(page: &Page, n: usize, kind: &str, before: usize) -> Done {
    page.press(&At::button(&format!("Resume, show {n}"))).await?;
    page.count_until(&lines(kind), "one more", |now| now == before + 1).await?;
    misses_nothing(page).await
}

/// Opens the newest line of this kind, and finds every fact of it by its name.
///
/// # Errors
/// If one is missing.
pub async fn opens(page: &Page, kind: &str, facts: &[&str]) -> Done {
    page.press(&lines(kind).cell(kind)).await?;
    let drawer = At::beginning("Line ");
    page.see(&drawer).await?;
    for fact in facts {
        page.see(&At::term(fact).inside(&drawer)).await?;
    }
    Ok(())
}

/// Looks at the kept bytes of the open line.
///
/// # Errors
/// If they don't show.
pub async fn reads_bytes(page: &Page) -> Done {
    page.press(&At::role("tab").saying("Canonical")).await?;
    page.see(&At::named("The line as it is kept").saying("\"exchanged\": true")).await?;
    page.press(&At::role("tab").saying("Event")).await
}

/// From the open line to the story of its delegation, which says all of `says`.
///
/// # Errors
/// If something of it is not told.
pub async fn reads_story(page: &Page, title: &str, says: &[&str]) -> Done {
    page.press(&At::link("Read it as one story")).await?;
    page.see(&At::heading(title)).await?;
    for text in says {
        page.see(&At::named(title).saying(text)).await?;
    }
    Ok(())
}

/// Closes a case, after reading what ends with it.
///
/// # Errors
/// If it stays open.
pub async fn close_case(page: &Page, key: &str, agent: &str) -> Done {
    go_to(page, "Cases").await?;
    page.press(&At::button(&format!("Close… {key}"))).await?;
    let dialog = At::dialog(&format!("Close {key}?"));
    page.see(&At::named("What ends").saying("live session of").saying(agent).inside(&dialog)).await?;
    page.press(&At::button(&format!("Close {key}")).inside(&dialog)).await?;
    page.see(&At::named("Messages").saying(&format!("Case {key} is closed"))).await.map(drop)
}
