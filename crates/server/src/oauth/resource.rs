//! What APIs tell about themselves (RFC 9728): to an API's own client, so that it is served at the API's own host; and to anybody, where that
//! host is this service.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::{form::Form, resource_metadata::resources_at};
use http::{Uri, header};

use super::{Posted, Refused, UNCACHED, correlation, paid, payer, presented};
use crate::{app::App, certified::certificate, fault::Fault};

/// Kept for less than a signed document counts.
const KEPT: &str = "public, max-age=60";

/// `POST /oauth/resource-metadata`: the document of the API `resource`, for the clients that its contract names.
pub(crate) async fn resource_metadata(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let form = Form::parse(&posted.body)?;
    let presented = presented(&posted.parts, &form).map_err(Refused::basic)?;
    let payer = payer(&presented, None);
    if let Some(payer) = &payer {
        app.rates.may(payer)?;
    }
    let certificate = certificate(&app, &posted.parts);
    let machine = app.engine.client_authenticate(presented, certificate.as_ref(), correlation(&posted.parts)?).await.map_err(Refused::basic)?;
    let told = async { Ok::<_, Refused>(app.engine.resource_metadata(&machine, form.required("resource")?).await?) };
    Ok(paid(payer, told.await.map_or_else(Refused::into_response, |document| (UNCACHED, Json(document)).into_response())))
}

/// `GET /.well-known/oauth-protected-resource…`: the document of an API whose identifier lies under the issuer (§3.1).
pub(crate) async fn protected_resource(State(app): State<App>, uri: Uri) -> Response {
    let resources = resources_at(&app.front.issuer, uri.path_and_query().map_or("", |place| place.as_str()));
    match app.engine.resource_metadata_here(resources).await {
        Ok(Some(document)) => ([(header::CACHE_CONTROL, KEPT)], Json(document)).into_response(),
        Ok(None) => Fault::no_route().into_response(),
        Err(refusal) => Fault::from(refusal).into_response(),
    }
}
