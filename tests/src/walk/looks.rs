//! Pictures of the main screens in the dark, and at the smallest width.

use super::{Done, agent::go_to, diary::Diary, locate::At, page::Page};

/// The smallest window that the console takes, and the usual one.
const NARROW: (u32, u32) = (900, 700);
const USUAL: (u32, u32) = (1280, 800);

/// As WebDriver writes it (WebDriver §17.4.2).
const ESCAPE: &str = "\u{e00c}";

/// Chooses a theme by the person's menu.
///
/// # Errors
/// If the page does not become so.
pub async fn theme(page: &Page, person: &str, name: &str) -> Done {
    page.press(&At::person(person)).await?;
    page.press(&At::menu_item(name)).await?;
    let wanted = name.to_lowercase();
    page.ask_until(&format!("the theme {name}"), &format!("return document.documentElement.dataset.theme === '{wanted}'")).await?;
    page.type_key(ESCAPE).await?;
    page.gone(&At::role("menu")).await
}

/// Keeps pictures of what is open in the window: dark, narrow, and back as before.
///
/// # Errors
/// If the window does not become so.
pub async fn here(page: &Page, diary: &mut Diary, name: &str) -> Done {
    theme(page, page.name(), "Dark").await?;
    diary.keep(&format!("{name}-dark"), &page.picture().await?)?;
    theme(page, page.name(), "Light").await?;
    page.resize(NARROW.0, NARROW.1).await?;
    diary.keep(&format!("{name}-narrow"), &page.picture().await?)?;
    page.resize(USUAL.0, USUAL.1).await
}

/// The same of these places of the window's person.
///
/// # Errors
/// If a place does not come up.
pub async fn places(page: &Page, diary: &mut Diary, places: &[(&str, &str)]) -> Done {
    for (place, name) in places {
        go_to(page, place).await?;
        here(page, diary, name).await?;
    }
    Ok(())
}
