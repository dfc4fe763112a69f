//! Stylesheet, fonts and mark of the pages, inside the program.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::header;

use crate::fault::Fault;

const CSS: &str = "text/css; charset=utf-8";
const WOFF2: &str = "font/woff2";

/// `GET /assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let (kind, bytes): (&str, &'static [u8]) = match name.as_str() {
        "pages.css" => (CSS, include_bytes!("../../assets/pages.css")),
        "mark.svg" => ("image/svg+xml", include_bytes!("../../assets/mark.svg")),
        "plex-sans-var.woff2" => (WOFF2, include_bytes!("../../assets/fonts/plex-sans-var.woff2")),
        "plex-mono-400.woff2" => (WOFF2, include_bytes!("../../assets/fonts/plex-mono-400.woff2")),
        "plex-mono-500.woff2" => (WOFF2, include_bytes!("../../assets/fonts/plex-mono-500.woff2")),
        "newsreader-var.woff2" => (WOFF2, include_bytes!("../../assets/fonts/newsreader-var.woff2")),
        "newsreader-italic-var.woff2" => (WOFF2, include_bytes!("../../assets/fonts/newsreader-italic-var.woff2")),
        _ => return Fault::no_route().into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=86400")], bytes).into_response()
}
