//! Which module may name which, and which crate is a stranger to which.

/// A module with everything below it, and what it may name beside itself.
pub(super) type Row = (&'static str, &'static [&'static str]);

/// A crate with rules about its modules.
pub(super) struct Layers {
    pub(super) folder: &'static str,
    pub(super) name: &'static str,
    pub(super) rows: &'static [Row],
}

pub(super) const SERVER: Layers = Layers {
    folder: "server/src/",
    name: "rollcall_server",
    rows: &[
        ("clock", &[]),
        ("ids", &[]),
        ("config", &[]),
        ("conformance", &[]),
        ("ctx", &[]),
        ("telemetry", &["config"]),
        ("listen", &["config"]),
        ("data_folder", &["config"]),
        ("metrics", &[]),
        ("sealing", &["config", "ids"]),
        ("db::entity", &[]),
        ("db", &["clock", "ctx", "db::entity", "ids"]),
        ("mail", &["config"]),
        ("ops", &["clock", "ctx", "db", "ids", "mail", "sealing"]),
        (
            "jobs",
            &["clock", "config", "ctx", "db", "ids", "mail", "ops"],
        ),
        (
            "http",
            &[
                "app_state",
                "clock",
                "config",
                "conformance",
                "ctx",
                "db",
                "ids",
                "jobs",
                "metrics",
                "ops",
            ],
        ),
        ("demo", &["clock", "ctx", "db", "ids", "ops"]),
        (
            "app_state",
            &[
                "clock", "config", "db", "http", "ids", "jobs", "ops", "sealing",
            ],
        ),
        (
            "app",
            &[
                "app_state",
                "clock",
                "config",
                "db",
                "http",
                "ids",
                "jobs",
                "mail",
                "ops",
                "sealing",
            ],
        ),
        (
            "cli",
            &[
                "app",
                "clock",
                "config",
                "ctx",
                "data_folder",
                "db",
                "demo",
                "http",
                "ids",
                "listen",
                "mail",
                "metrics",
                "ops",
                "sealing",
                "telemetry",
            ],
        ),
    ],
};

/// What the console does without components.
pub(super) const PLAIN: &[&str] = &[
    "api",
    "clock",
    "form",
    "format",
    "live",
    "passkeys",
    "places",
    "query",
    "routes",
    "session",
    "shortcuts",
    "storage",
    "text",
    "theme",
    "toast",
];

pub(super) const CONSOLE: Layers = Layers {
    folder: "app/src/",
    name: "rollcall_app",
    rows: &[
        ("api", PLAIN),
        ("clock", PLAIN),
        ("form", PLAIN),
        ("format", PLAIN),
        ("live", PLAIN),
        ("passkeys", PLAIN),
        ("places", PLAIN),
        ("query", PLAIN),
        ("routes", PLAIN),
        ("session", PLAIN),
        ("shortcuts", PLAIN),
        ("storage", PLAIN),
        ("text", PLAIN),
        ("theme", PLAIN),
        ("toast", PLAIN),
        ("ui", PLAIN),
        (
            "pages",
            &[
                "api",
                "clock",
                "form",
                "format",
                "live",
                "passkeys",
                "places",
                "query",
                "routes",
                "session",
                "shortcuts",
                "storage",
                "text",
                "theme",
                "toast",
                "ui",
            ],
        ),
        ("areas", &["pages", "ui"]),
        (
            "app",
            &[
                "api",
                "areas",
                "clock",
                "form",
                "format",
                "live",
                "pages",
                "passkeys",
                "places",
                "query",
                "routes",
                "session",
                "shortcuts",
                "storage",
                "text",
                "theme",
                "toast",
                "ui",
            ],
        ),
    ],
};

/// Crates, by folder, and what none of their files may name, the manifest included.
pub(super) const STRANGERS: [Row; 4] = [
    (
        "scim-schema",
        &[
            "rollcall_app",
            "rollcall_migrations",
            "rollcall_server",
            "rollcall_tests",
        ],
    ),
    (
        "migrations",
        &[
            "rollcall_app",
            "rollcall_server",
            "rollcall_tests",
            "scim_schema",
        ],
    ),
    (
        "app",
        &[
            "rollcall_migrations",
            "rollcall_server",
            "rollcall_tests",
            "sea_orm",
        ],
    ),
    ("server", &["rollcall_app", "rollcall_tests"]),
];

/// SQL is written under `server/src/db` and nowhere else in the server.
pub(super) const SQL_CRATES: [&str; 3] = ["sea_orm", "sea_query", "sqlx"];
