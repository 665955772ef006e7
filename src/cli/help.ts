import { CALCULATE_HELP } from './calculate-help.js';
import { TRANSFER_HELP } from './transfer-help.js';

const STORE = `The store:
  --data DIR            folder of the embedded store            PAIDUP_DATA, default ./.paidup
  --database-url URL    a PostgreSQL database instead           DATABASE_URL
                        A flag stands above the environment, DATABASE_URL above PAIDUP_DATA;
                        both flags at once are refused. URL holds a password, which others on
                        this machine may see on a command line: prefer the variable.`;

const ENDING = `Exit codes: 0 done, 1 refused or failed, 2 misused (flags, settings).`;

/** What each command says about itself, by its full name; a test holds every flag to be named here. */
export const HELP: Readonly<Record<string, string>> = {
  paidup: `Usage: paidup <command> [flags]

Paidup keeps the billing state of every customer of a product: what they have, what they
have used, what they owe and what they may do.

Commands:
  serve          answer all APIs over HTTP, until it is told to stop
  report         print what a live system says about one customer, in four dialects
  import         bring customers from Lark, Diga or DocSpace into a running Paidup
  shadow         compare customers at the vendor with the same in Paidup
  calculate      ask the billing rules a question, without a store
  keys           make, list and revoke API keys
  migrate        bring a store's schema up to date
  verify         derive everything from the facts again and compare

Flags:
  --help         what a command does; also: paidup help <command>
  --version      the version of this program

To look around: paidup serve --demo

${ENDING}
`,

  'paidup serve': `Usage: paidup serve [flags]

Opens the store, makes it when it is not there, brings it up to date, and answers the native
API and the DocSpace, Diga and Lark surfaces. The first start on a store without any key makes
a secret one and prints it, this once.

${STORE}
                        --data memory keeps nothing: it ends with this process.

Flags:
  --port N              0 takes a free port                     PAIDUP_PORT, default 4610
  --host H              0.0.0.0 or :: for every interface       PAIDUP_HOST, default 127.0.0.1
  --demo                load the demo catalog and customers into an empty store, and print the
                        demo's keys; a later start with --demo finds the same ones. A store
                        with data of its own is served as it is.
  --json                print one JSON line once requests are accepted, in place of text:
                        {"url", "secret_key" when one was made, "demo" with --demo}
  --log-level L         trace, debug, info, warn, error, fatal or silent; the log goes to
                        stderr as JSON lines                    PAIDUP_LOG_LEVEL, default info
  --cors-origin O...    origins that a browser may read the Diga surface from, such as
                        https://app.example.com; may be repeated
                                                                PAIDUP_CORS_ORIGINS, by commas
  --embed-origin O...   origins whose pages may hold the customer portal in a frame, such as
                        https://app.example.com; may be repeated
                                                                PAIDUP_EMBED_ORIGINS, by commas
  --trust-proxy         believe X-Forwarded-Host and -Proto of the proxy in front, for links
  --webhook-allow CIDR...
                        addresses that webhooks may reach although they are private or
                        loopback, over http too, such as 10.0.0.0/8; may be repeated
                                                                PAIDUP_WEBHOOK_ALLOW, by commas
  --sandbox             serve with a clock of its own, kept with the store, that stands still until
                        POST /v1/sandbox/clock moves it; a sandbox needs a store of its own
  --provider P          who charges cards: sandbox, whose cards are not real, or stripe
                                                                PAIDUP_PROVIDER, default sandbox

Environment only:
  STRIPE_SECRET_KEY     with stripe, and needed there: the account's secret key
  STRIPE_WEBHOOK_SECRET with stripe, and needed there: what Stripe signs its webhooks with
  PAIDUP_STRIPE_URL     with stripe: the address of a stand-in for Stripe, for tests
  PAIDUP_SELLER_NAME    who stands at the head of invoices
  PAIDUP_SELLER_LINES   what stands below it, such as address and tax number; ; between lines

  --help                this text

SIGTERM or Ctrl-C: no new requests, those under way are finished, exit 0. A second one ends
the process at once with 130. What was acknowledged is on disk: kill -9 loses none of it.

${ENDING}
`,

  'paidup report': `Usage: paidup report --from DIALECT --url URL [--key KEY] [--subject S] [--json]

Asks a live system what it says about one customer and prints it: customer, balance, plan,
usage, settings, invoices, as far as the dialect tells them and the key may read them. A call
that fails is shown with its status and text; the others go on.

Flags:
  --from DIALECT        docspace, diga, lark or paidup
  --url URL             its address, such as http://127.0.0.1:4610
  --key KEY             the key to ask with; others on this machine may see a command line, so
                        prefer the variable                     PAIDUP_KEY
  --subject S           whose report, needed by lark (subject id) and paidup (id or external
                        id); the keys of docspace and diga say it themselves
  --json                one JSON line in place of text:
                        {"dialect", "url", "subject", "ok", "sections": [...]}
  --help                this text

Exit codes: 0 every call was answered (what a publishable key of lark is refused is shown and
counts for nothing), 1 one or more failed, 2 misused (flags, settings).
`,

  ...TRANSFER_HELP,

  ...CALCULATE_HELP,

  'paidup keys': `Usage: paidup keys <command> [flags]

Works on the store itself. A store in a folder is open to one process at a time: while a
server has it, use the server's API instead (/v1/api-keys).

Commands:
  create         make a key and print it, this once
  list           all keys, revoked ones too; never the keys themselves
  revoke         make a key useless

Flags:
  --help         what a command does

${ENDING}
`,

  'paidup keys create': `Usage: paidup keys create --kind KIND [--customer ID] [--name N] [--scope S...] [--json]

Makes a key and prints it. It is kept as a hash: nobody can show it again.

Flags:
  --kind KIND           secret       the merchant's: everything, or what --scope leaves
                        publishable  for browsers: reads billing states only
                        customer     one customer's: what that customer may see and do
  --customer ID         id or external id; for customer keys, and needed there
  --name N              what you call it; default: its kind
  --scope S...          what the key is narrowed to, such as state:read; may be repeated;
                        default: all that its kind may do
  --json                one JSON line in place of text:
                        {"id", "kind", "customer", "name", "scopes", "last4", "created_at",
                        "revoked_at", "key"}
  --help                this text

${STORE}

${ENDING}
`,

  'paidup keys list': `Usage: paidup keys list [--customer ID] [--json]

Flags:
  --customer ID         only the keys of this customer: id or external id
  --json                one JSON line in place of a table:
                        {"data": [{"id", "kind", "customer", "name", "scopes", "last4",
                        "created_at", "revoked_at"}]}
  --help                this text

${STORE}

${ENDING}
`,

  'paidup keys revoke': `Usage: paidup keys revoke ID [--json]

The key stops working, here at once, in running servers within five seconds. ID is the key's
id (key_...), as "keys list" shows it.

Flags:
  --json                the key as one JSON line, as in "keys list"
  --help                this text

${STORE}

${ENDING}
`,

  'paidup migrate': `Usage: paidup migrate [--json]

Brings the store's schema up to date, in one transaction. Every start does the same; this is
for those who want it done before. Safe beside other starts; a store that a newer version
wrote is refused.

Flags:
  --json                one JSON line in place of text: {"ran": ["0001_ground.sql"]}
  --help                this text

${STORE}

${ENDING}
`,

  'paidup verify': `Usage: paidup verify [--repair] [--json]

Derives every customer's standing, usage windows and balances from the facts alone, compares
them with what is kept, and prints how many were looked at and the first 100 differences.

Flags:
  --repair              write what differs anew from the facts, then look again; facts are
                        never changed, so an unbalanced ledger stays a difference
  --json                one JSON line in place of text:
                        {"ok", "customers", "events", "windows", "transactions",
                        "difference_count", "differences": [{"customer", "what", "detail"}],
                        "repaired_count"}
  --help                this text

${STORE}

Exit codes: 0 no differences, or all repaired; 1 differences are left, or it failed;
2 misused (flags, settings).
`,
};
