//! The walk itself, step by step.

use tokio::signal::unix::{SignalKind, signal};

use super::{
    Done, Fault, Options, admin,
    agent::{self, Ask},
    approver,
    browser::Browser,
    console::Console,
    diary::Diary,
    locate::At,
    looks, measure,
    page::Page,
    secrets::{self, Looked},
    stage::Stage,
};

mod control;
mod ends;
mod tell;

const MOVED: Ask<'_> = Ask {
    case: "ZD-4711",
    customer: "cus_8812",
    actions: &["Change postal address", "Read profile"],
    minutes: "15",
    why: "Moved house and wrote from the address on file; asks that bills go to the new one.",
};
const GET: &str = "GET/customers/{customer}";
const PUT: &str = "PUT/customers/{customer}/address";

/// Plays the whole walk, printing what happens. On a failure the pictures say how things stood.
///
/// # Errors
/// The first step that failed.
pub async fn play(options: &Options) -> Done {
    let mut walk = Walk::open(options).await?;
    let outcome = tokio::select! {
        outcome = walk.all() => outcome,
        stopped = stopped() => stopped,
    };
    if let Err(fault) = &outcome {
        walk.tell(fault).await;
    }
    walk.end().await;
    outcome
}

/// Waits for Ctrl-C or a polite kill.
async fn stopped() -> Done {
    let fail = |e| Fault::program("signals", e);
    let (mut term, mut int) = (signal(SignalKind::terminate()).map_err(fail)?, signal(SignalKind::interrupt()).map_err(fail)?);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    Err(Fault::Stopped)
}

struct Walk {
    stage: Stage,
    browser: Browser,
    console: Option<Console>,
    diary: Diary,
    step: &'static str,
}

/// The windows, by who is in them.
struct Windows {
    dana: Page,
    sana: Page,
    ruth: Page,
}

impl Walk {
    async fn open(options: &Options) -> Done<Self> {
        let diary = Diary::new(&options.out)?;
        diary.say(&format!("pictures go to {}", diary.out().display()));
        let stage = Stage::open(options).await?;
        let browser = Browser::start(&stage).await?;
        Ok(Self { stage, browser, console: None, diary, step: "getting ready" })
    }

    async fn all(&mut self) -> Done {
        let first = self.first_screen().await?;
        let windows = self.sign_in(first).await?;
        self.ask(&windows).await?;
        self.sign(&windows).await?;
        self.act(&windows).await?;
        self.watch(&windows).await?;
        self.search(&windows).await?;
        let windows = self.close_and_open_again(windows).await?;
        self.case_closed(&windows).await?;
        self.other_ends(&windows).await?;
        self.other_answers(&windows).await?;
        self.sets_up(&windows).await?;
        self.looks(&windows).await?;
        self.search(&windows).await?;
        self.say_measures();
        self.diary.say(&format!("all steps done; {} pictures in {}", self.diary.kept(), self.diary.out().display()));
        Ok(())
    }

    fn begin(&mut self, step: &'static str) {
        self.step = step;
        self.diary.say(step);
    }

    async fn shot(&mut self, page: &Page, name: &str) -> Done {
        self.diary.keep(name, &page.picture().await?)
    }

    fn console(&self) -> Done<&Console> {
        self.console.as_ref().ok_or_else(|| Fault::program("countersign-console", "it does not run"))
    }

    async fn first_screen(&mut self) -> Done<Page> {
        self.begin("1. The console starts: which service?");
        let console = self.console.insert(Console::start(&self.stage).await?);
        let (process, page) = (console.process(), console.only_window("the first window").await?);
        page.see(&At::heading("Where is your Countersign service?")).await?;
        if let Some(ms) = measure::age_ms(process) {
            self.diary.note(&format!("the first screen stands {ms} ms after the process began"));
        }
        page.see(&At::choice("My company’s service")).await?;
        self.shot(&page, "first-screen").await?;
        page.press(&At::choice("On this computer")).await?;
        page.press(&At::button("Sign in with the browser")).await?;
        Ok(page)
    }

    async fn sign_in(&mut self, first: Page) -> Done<Windows> {
        self.begin("2. dana, sana and ruth sign in through the browser, each in a window");
        let dana = first.called("dana");
        dana.see(&At::heading("Continue in your browser")).await?;
        self.shot(&dana, "window-waits-for-the-browser").await?;
        self.browser.sign_in(&self.stage, &mut self.diary, &dana, "dana", None).await?;
        dana.see(&At::heading("My work")).await?;
        self.diary.note("the code in the window was the one in the browser; dana is in");
        self.shot(&dana, "my-work").await?;
        let sana = self.another(&dana, "sana", "dana").await?;
        sana.see(&At::heading("To sign")).await?;
        sana.see(&At::heading("Nothing waits for your signature")).await?;
        let ruth = self.another(&dana, "ruth", "sana").await?;
        agent::go_to(&ruth, "Live trail").await?;
        admin::sees(&ruth, "session.begin", &["sana"]).await?;
        for (page, x, y) in [(&dana, 0, 0), (&sana, 1290, 0), (&ruth, 640, 810)] {
            page.move_to(x, y).await?;
            page.drawn().await?;
        }
        self.screen("three-windows").await?;
        Ok(Windows { dana, sana, ruth })
    }

    /// *New window as…* in `from`, and `person` signs in there; the browser knows `known`.
    async fn another(&mut self, from: &Page, person: &str, known: &str) -> Done<Page> {
        from.press(&At::person(from.name())).await?;
        from.see(&At::menu_item("New window as…")).await?;
        if person == "sana" {
            self.shot(from, "person-menu").await?;
        }
        let page = self.console()?.window_by(person, async || from.press(&At::menu_item("New window as…")).await).await?;
        self.sign_in_at_door(&page, person, Some(known)).await?;
        let how = if person == known { "went on".into() } else { format!("took another than {known}, whom the page named") };
        self.diary.note(&format!("{person} is in a window of their own, and in the browser {how}"));
        Ok(page)
    }

    async fn sign_in_at_door(&mut self, page: &Page, person: &str, known: Option<&str>) -> Done {
        page.see(&At::heading("Sign in")).await?;
        page.press(&At::button("Sign in with the browser")).await?;
        self.browser.sign_in(&self.stage, &mut self.diary, page, person, known).await?;
        page.see(&At::person(person)).await.map(drop)
    }

    async fn ask(&mut self, at: &Windows) -> Done {
        self.begin("3. dana takes ZD-4711 and asks; verdict and claims follow the form");
        agent::open_form(&at.dana, &MOVED).await?;
        self.shot(&at.dana, "request-form-empty").await?;
        agent::fill(&at.dana, &MOVED).await?;
        self.shot(&at.dana, "request-form-with-verdict").await?;
        looks::here(&at.dana, &mut self.diary, "request-form").await?;
        self.begin("4. dana submits, and the request waits");
        agent::submit(&at.dana, &MOVED).await?;
        self.shot(&at.dana, "request-waits").await?;
        admin::sees(&at.ruth, "request.create", &["dana", MOVED.customer, MOVED.case]).await
    }

    async fn sign(&mut self, at: &Windows) -> Done {
        self.begin("5. sana's window shows it at once; she signs with a fresh proof");
        let loaded = at.sana.ask("return performance.timeOrigin").await?;
        approver::reads(&at.sana, "dana", &MOVED).await?;
        if at.sana.ask("return performance.timeOrigin").await? != loaded {
            return Err(Fault::otherwise("a window that was not loaded again", "another load"));
        }
        self.shot(&at.sana, "to-sign").await?;
        approver::sign(&at.sana, &mut self.browser, &self.stage, &mut self.diary, &MOVED).await?;
        self.diary.note("the browser showed the request once more and asked for the password; the signature counts");
        self.shot(&at.sana, "signed").await?;
        agent::stands(&at.dana, "Everybody has signed").await?;
        self.shot(&at.dana, "request-is-signed").await?;
        for kind in ["proof.give", "request.review"] {
            admin::sees(&at.ruth, kind, &["sana"]).await?;
        }
        Ok(())
    }

    async fn act(&mut self, at: &Windows) -> Done {
        self.begin("6. dana starts, and calls the API as a delegate");
        agent::start(&at.dana, &MOVED).await?;
        self.shot(&at.dana, "acting").await?;
        agent::call(&at.dana, GET, None, &["200 OK", MOVED.customer, "read_by"]).await?;
        self.shot(&at.dana, "call-read").await?;
        let body = r#"{"line1": "Lindenweg 4", "postcode": "50-674", "city": "Northhaven"}"#;
        agent::call(&at.dana, PUT, Some(body), &["200 OK", "Lindenweg 4", "changed_by"]).await?;
        self.diary.note("GET 200, PUT 200 after the API's own introspection");
        self.shot(&at.dana, "call-written").await
    }

    async fn watch(&mut self, at: &Windows) -> Done {
        self.begin("7. ruth watches each step arrive, pauses, resumes, opens one line and reads the story");
        for (kind, says) in
            [("delegation.start", "dana"), ("token.exchange", "exchanged"), ("call.intend", "/customers/cus_8812/address"), ("call.report", "200")]
        {
            admin::sees(&at.ruth, kind, &[says]).await?;
        }
        self.shot(&at.ruth, "live-trail").await?;
        admin::misses_nothing(&at.ruth).await?;
        let before = at.ruth.count(&admin::lines("call.report")).await?;
        admin::pause(&at.ruth).await?;
        agent::call(&at.dana, GET, None, &["200 OK", "Lindenweg 4"]).await?;
        admin::holds_back(&at.ruth, 2, "call.report", before).await?;
        self.shot(&at.ruth, "live-trail-paused").await?;
        admin::resume(&at.ruth, 2, "call.report", before).await?;
        self.diary.note("two lines were held back, and came in order");
        let facts = ["Actor", "Customer", "Tenant", "Case", "Action", "Resource", "Decision", "Flags", "Delegation", "Transaction", "Correlation"];
        admin::opens(&at.ruth, "token.exchange", &facts).await?;
        self.shot(&at.ruth, "one-line").await?;
        admin::reads_bytes(&at.ruth).await?;
        let told = ["dana asks", "sana signs", "dana starts it", "Token exchanged", "3 calls", "PUT"];
        admin::reads_story(&at.ruth, "dana for cus_8812", &told).await?;
        self.shot(&at.ruth, "story-live").await?;
        Ok(())
    }

    async fn close_and_open_again(&mut self, at: Windows) -> Done<Windows> {
        self.begin("6. dana closes the console while acting, is warned, closes it all the same, and opens it again");
        self.close_last_window(&at).await?;
        // The other windows went before: who acted is in the first window again.
        drop(at);
        let console = self.console.insert(Console::start(&self.stage).await?);
        let (process, dana) = (console.process(), console.only_window("dana").await?);
        agent::acts(&dana, &MOVED).await?;
        if let Some(ms) = measure::age_ms(process) {
            self.diary.note(&format!("signed in from the keychain and acting again {ms} ms after the process began"));
        }
        self.shot(&dana, "acting-again").await?;
        agent::go_to(&dana, "API explorer").await?;
        agent::call(&dana, GET, None, &["200 OK", "Lindenweg 4"]).await?;
        let ruth = self.another(&dana, "ruth", "ruth").await?;
        agent::go_to(&ruth, "Live trail").await?;
        admin::sees(&ruth, "delegation.reissue", &["dana"]).await?;
        let sana = self.another(&dana, "sana", "ruth").await?;
        Ok(Windows { dana, sana, ruth })
    }

    async fn looks(&mut self, at: &Windows) -> Done {
        self.begin("The main screens in the dark, and narrow");
        looks::places(&at.dana, &mut self.diary, &[("My work", "my-work")]).await?;
        looks::places(&at.sana, &mut self.diary, &[("To sign", "to-sign")]).await?;
        looks::places(
            &at.ruth,
            &mut self.diary,
            &[
                ("People and roles", "people"),
                ("Cases", "cases"),
                ("APIs", "apis"),
                ("Clients", "clients"),
                ("Keys", "keys"),
                ("Clock", "clock"),
                ("Live trail", "live-trail"),
            ],
        )
        .await
    }

    async fn search(&mut self, at: &Windows) -> Done {
        self.begin("No token is in the web view, in what the console says, or in its files");
        let mut looked = Looked::default();
        for page in [&at.dana, &at.sana, &at.ruth] {
            secrets::none_in_window(page, &mut looked).await?;
        }
        secrets::none_in_files(&self.stage.console_log(), &mut looked)?;
        secrets::none_in_files(&self.stage.data(), &mut looked)?;
        let Looked { objects, texts, bytes } = looked;
        self.diary.note(&format!("looked through {objects} objects and {texts} texts of three windows, and {} KiB of files", bytes / 1024));
        Ok(())
    }

    async fn end(mut self) {
        if let Some(console) = self.console.take()
            && let Err(fault) = console.stop().await
        {
            self.diary.say(&fault.to_string());
        }
        self.browser.stop().await;
        self.stage.close().await;
    }
}
