//! The screen as a window manager and a hand see it: windows by their titles, their close buttons, and a pointer that presses.
//! For what no driver of web views reaches: closing a window, and the system's own dialogs.

use std::time::{Duration, Instant};

use x11rb::{
    connection::Connection,
    protocol::{
        xproto::{
            AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ClientMessageEvent, ConnectionExt as _, EventMask, MOTION_NOTIFY_EVENT, MapState, Window,
        },
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};

use super::{Done, Fault, page::PATIENCE};

const LOOK: Duration = Duration::from_millis(40);
/// A press that came before this had its time.
const AGAIN: Duration = Duration::from_secs(3);
/// The first button of a pointer.
const LEFT: u8 = 1;

/// A connection to the screen that `DISPLAY` names.
#[derive(Debug)]
pub struct Desktop {
    connection: RustConnection,
    root: Window,
}

/// Where in a dialog's row of two buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Left,
    /// The second.
    Right,
}

fn fail(cause: impl std::fmt::Display) -> Fault {
    Fault::program("the screen", cause)
}

impl Desktop {
    /// Connects.
    ///
    /// # Errors
    /// If there is no such screen.
    pub fn open() -> Done<Self> {
        let (connection, screen) = x11rb::connect(None).map_err(fail)?;
        let root = connection.setup().roots.get(screen).ok_or_else(|| fail("it has no such number"))?.root;
        Ok(Self { connection, root })
    }

    /// The windows on the screen with this title.
    fn titled(&self, title: &str) -> Done<Vec<Window>> {
        let all = self.connection.query_tree(self.root).map_err(fail)?.reply().map_err(fail)?.children;
        // A window may go away between two questions about it: then it is none.
        Ok(all.into_iter().filter(|w| self.shows(*w) && self.title(*w).as_deref() == Some(title)).collect())
    }

    fn shows(&self, window: Window) -> bool {
        let asked = self.connection.get_window_attributes(window).ok();
        asked.and_then(|a| a.reply().ok()).is_some_and(|a| a.map_state == MapState::VIEWABLE)
    }

    fn title(&self, window: Window) -> Option<String> {
        let name = self.atom(b"_NET_WM_NAME").ok()?;
        let asked = self.connection.get_property(false, window, name, AtomEnum::ANY, 0, 1024).ok()?;
        String::from_utf8(asked.reply().ok()?.value).ok()
    }

    fn atom(&self, name: &[u8]) -> Done<u32> {
        Ok(self.connection.intern_atom(false, name).map_err(fail)?.reply().map_err(fail)?.atom)
    }

    /// Waits for as many windows with this title as `wanted`.
    ///
    /// # Errors
    /// If there are others in the end.
    pub async fn see(&self, title: &str, wanted: usize) -> Done {
        let begun = Instant::now();
        loop {
            let found = self.titled(title)?.len();
            if found == wanted {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(Fault::otherwise(format!("{wanted} windows called \"{title}\""), format!("{found}")));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn only(&self, title: &str) -> Done<Window> {
        match self.titled(title)?.as_slice() {
            [window] => Ok(*window),
            others => Err(Fault::otherwise(format!("a window called \"{title}\""), format!("{}", others.len()))),
        }
    }

    /// Presses the close button of a window: what a window manager sends then (ICCCM §4.2.8.1).
    ///
    /// # Errors
    /// If there is no such window, or several.
    pub fn close(&self, title: &str) -> Done {
        let window = self.only(title)?;
        let (protocols, delete) = (self.atom(b"WM_PROTOCOLS")?, self.atom(b"WM_DELETE_WINDOW")?);
        let event = ClientMessageEvent::new(32, window, protocols, [delete, x11rb::CURRENT_TIME, 0, 0, 0]);
        self.connection.send_event(false, window, EventMask::NO_EVENT, event).map_err(fail)?.check().map_err(fail)
    }

    /// Answers a dialog with one of the two buttons at its foot. One that has only just come up may miss the pointer: then again.
    ///
    /// # Errors
    /// If there is no such dialog, or it stays.
    pub async fn answer(&self, title: &str, side: Side) -> Done {
        let begun = Instant::now();
        self.press(title, side)?;
        let mut pressed = Instant::now();
        while let [dialog] = self.titled(title)?.as_slice() {
            if begun.elapsed() > PATIENCE {
                return Err(Fault::otherwise(format!("no more dialog {dialog} called \"{title}\""), "it stays"));
            }
            tokio::time::sleep(LOOK).await;
            if pressed.elapsed() >= AGAIN {
                // It may go away meanwhile.
                if let Err(fault) = self.press(title, side)
                    && self.titled(title)?.contains(dialog)
                {
                    return Err(fault);
                }
                pressed = Instant::now();
            }
        }
        Ok(())
    }

    fn press(&self, title: &str, side: Side) -> Done {
        let window = self.only(title)?;
        let size = self.connection.get_geometry(window).map_err(fail)?.reply().map_err(fail)?;
        let across = i32::from(size.width) * if side == Side::Left { 1 } else { 3 } / 4;
        let at = (i16::try_from(across).map_err(fail)?, i16::try_from(i32::from(size.height) - 16).map_err(fail)?);
        let place = self.connection.translate_coordinates(window, self.root, at.0, at.1).map_err(fail)?.reply().map_err(fail)?;
        for (event, detail) in [(MOTION_NOTIFY_EVENT, 0), (BUTTON_PRESS_EVENT, LEFT), (BUTTON_RELEASE_EVENT, LEFT)] {
            let sent = self.connection.xtest_fake_input(event, detail, x11rb::CURRENT_TIME, self.root, place.dst_x, place.dst_y, 0);
            sent.map_err(fail)?.check().map_err(fail)?;
        }
        Ok(())
    }
}
