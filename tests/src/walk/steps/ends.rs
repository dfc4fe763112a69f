//! How it ends: by the case, by the agent, by a signer; and requests that never begin.

use super::{
    super::{
        Done, admin,
        agent::{self, Ask},
        approver,
        desktop::{Desktop, Side},
        locate::At,
        looks,
    },
    GET, MOVED, PUT, Walk, Windows,
};

const CHARGED_TWICE: Ask<'_> = Ask {
    case: "ZD-4698",
    customer: "cus_4470",
    actions: &["Read profile"],
    minutes: "5",
    why: "Says that October was charged twice; I need to see the invoices to know.",
};
const NO_CODES: Ask<'_> = Ask {
    case: "ZD-4702",
    customer: "cus_3051",
    actions: &["Change postal address"],
    minutes: "30",
    why: "Cannot receive sign-in codes; wants letters at the new address meanwhile.",
};
const ROAMING: Ask<'_> = Ask {
    case: "JSM-1182",
    customer: "cus_1206",
    actions: &["Change postal address"],
    minutes: "15",
    why: "Cancelled a roaming pack and also asks for another address, by telephone.",
};
const INVOICES: &str = "GET/customers/{customer}/invoices";
const REFUSAL: &str = "Nobody checked who called. Ring back at the number on file first.";

const WARNING: &str = "Close while acting?";

impl Walk {
    /// The close buttons of all windows, dana's last: she acts, so she is asked first.
    pub(super) async fn close_last_window(&mut self, at: &Windows) -> Done {
        let desktop = Desktop::open()?;
        for other in ["ruth", "sana"] {
            desktop.close(&format!("{other} – Countersign"))?;
            desktop.see(&format!("{other} – Countersign"), 0).await?;
            desktop.see(WARNING, 0).await?;
        }
        let dana = "dana – Countersign";
        desktop.close(dana)?;
        desktop.see(WARNING, 1).await?;
        desktop.close(dana)?;
        self.screen("warned-before-closing").await?;
        desktop.see(WARNING, 1).await?;
        desktop.answer(WARNING, Side::Right).await?;
        agent::call(&at.dana, GET, None, &["200 OK", MOVED.customer]).await?;
        self.diary.note("closing twice asked once; she stayed, and could go on calling");
        desktop.close(dana)?;
        desktop.see(WARNING, 1).await?;
        desktop.answer(WARNING, Side::Left).await?;
        desktop.see(dana, 0).await?;
        if let Some(console) = self.console.take() {
            console.ended().await?;
        }
        self.diary.note("she closed it all the same: window, service and program are gone");
        Ok(())
    }

    pub(super) async fn case_closed(&mut self, at: &Windows) -> Done {
        self.begin("8. ruth closes ZD-4711: the next call is refused, the bar says why, the trail shows it");
        admin::close_case(&at.ruth, MOVED.case, "dana").await?;
        self.shot(&at.ruth, "cases").await?;
        at.dana.see(&agent::ended_bar().saying(MOVED.customer).saying("case ZD-4711 was closed by ruth")).await?;
        self.shot(&at.dana, "ended-by-the-case").await?;
        let body = r#"{"line1": "Elsewhere 1", "postcode": "00-001", "city": "Northhaven"}"#;
        agent::call(&at.dana, PUT, Some(body), &["401"]).await?;
        self.diary.note("the API refused the token that was still in its time");
        self.shot(&at.dana, "call-refused").await?;
        agent::go_to(&at.ruth, "Live trail").await?;
        admin::sees(&at.ruth, "case.close", &["ruth", MOVED.case]).await?;
        admin::sees(&at.ruth, "delegation.end", &[MOVED.customer]).await?;
        admin::sees(&at.ruth, "token.refuse", &["accounts-api", MOVED.customer]).await?;
        self.shot(&at.ruth, "trail-after-the-end").await?;
        admin::opens(&at.ruth, "token.refuse", &["Actor", "Decision", "Code", "Token", "Delegation"]).await?;
        self.shot(&at.ruth, "introspection-refused").await?;
        admin::reads_story(&at.ruth, "dana for cus_8812", &["Everything stops:", "by ruth"]).await?;
        self.shot(&at.ruth, "story-ended").await?;
        looks::here(&at.ruth, &mut self.diary, "story").await?;
        at.ruth.scroll_to(&At::tag("li").saying("Everything stops:")).await?;
        self.shot(&at.ruth, "story-to-its-end").await?;
        agent::dismiss(&at.dana).await
    }

    /// What is signed says that it reaches the ledger; the API calls that with a token of its own, and everybody can read who acted.
    async fn calls_on(&mut self, at: &Windows) -> Done {
        agent::call(&at.dana, INVOICES, None, &["200 OK", "inv_20534", "pay_74103", "accounts-api"]).await?;
        self.shot(&at.dana, "call-answered-by-two-apis").await?;
        agent::go_to(&at.ruth, "Live trail").await?;
        admin::sees(&at.ruth, "token.exchange", &["accounts-api", CHARGED_TWICE.customer]).await?;
        self.shot(&at.ruth, "trail-of-two-apis").await?;
        admin::opens(&at.ruth, "token.exchange", &["Actor", "Delegation"]).await?;
        let told = ["accounts-api calls Ledger", "payment:read", "service, seen by Ledger"];
        admin::reads_story(&at.ruth, "dana for cus_4470", &told).await?;
        self.shot(&at.ruth, "story-of-two-apis").await?;
        self.diary.note("the Accounts API asked the Ledger with a token of its own; trail and story name both services and dana");
        Ok(())
    }

    /// Asks, signs and starts.
    async fn signed_and_started(&mut self, at: &Windows, ask: &Ask<'_>) -> Done {
        agent::ask(&at.dana, ask).await?;
        approver::reads(&at.sana, "dana", ask).await?;
        if ask.actions.contains(&"Read profile") {
            approver::reads_reach(&at.sana, "Ledger", "Read payments").await?;
            self.shot(&at.sana, "to-sign-with-reach").await?;
        }
        approver::sign(&at.sana, &mut self.browser, &self.stage, &mut self.diary, ask).await?;
        agent::stands(&at.dana, "Everybody has signed").await?;
        agent::start(&at.dana, ask).await
    }

    pub(super) async fn other_ends(&mut self, at: &Windows) -> Done {
        self.begin("8. The same when dana presses End");
        self.signed_and_started(at, &CHARGED_TWICE).await?;
        self.calls_on(at).await?;
        agent::end(&at.dana, &CHARGED_TWICE).await?;
        at.dana.see(&At::heading("You act for nobody")).await?;
        self.shot(&at.dana, "ended-by-the-agent").await?;
        self.begin("8. The same when sana takes her signature back");
        self.signed_and_started(at, &NO_CODES).await?;
        let body = r#"{"line1": "Pier 9", "postcode": "00-009", "city": "Northhaven"}"#;
        agent::call(&at.dana, PUT, Some(body), &["200 OK", "Pier 9"]).await?;
        looks::here(&at.dana, &mut self.diary, "acting").await?;
        approver::unsign(&at.sana, &NO_CODES).await?;
        at.dana.see(&agent::ended_bar().saying(NO_CODES.customer).saying("sana took their signature back")).await?;
        agent::send(&at.dana, &["401"]).await?;
        self.shot(&at.dana, "ended-by-the-signer").await?;
        agent::dismiss(&at.dana).await
    }

    pub(super) async fn other_answers(&mut self, at: &Windows) -> Done {
        self.begin("5. sana refuses another request, with a reason that dana reads");
        agent::ask(&at.dana, &ROAMING).await?;
        approver::reads(&at.sana, "dana", &ROAMING).await?;
        approver::refuse(&at.sana, REFUSAL).await?;
        agent::stands(&at.dana, REFUSAL).await?;
        self.shot(&at.dana, "request-refused").await?;
        self.begin("4. dana asks again, and takes the request back");
        agent::ask(&at.dana, &ROAMING).await?;
        agent::withdraw(&at.dana).await?;
        self.shot(&at.dana, "request-withdrawn").await?;
        agent::go_to(&at.dana, "My work").await?;
        self.shot(&at.dana, "my-work-at-the-end").await
    }
}
