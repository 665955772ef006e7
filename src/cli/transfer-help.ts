const SIDES = `The source:
  --url URL             its address, such as https://api.example.com
  --key KEY             the key to ask with; others on this machine may see a command line, so
                        prefer the variable                     PAIDUP_KEY

The running Paidup, on whatever store:
  --to URL              its address, such as http://127.0.0.1:4610
                                                                PAIDUP_TO
  --to-key KEY          its secret key; prefer the variable     PAIDUP_TO_KEY`;

/** What the commands for who moves over say about themselves. */
export const TRANSFER_HELP: Readonly<Record<string, string>> = {
  'paidup import': `Usage: paidup import --from DIALECT --url URL --to URL [flags]

Brings customers, plans, subscriptions and the usage of the periods under way from a live system
into a running Paidup. What the source has billed is not billed again. Everything is looked for
before it is made: it may be stopped at any moment and run again, and a second run makes nothing.
What cannot be carried over is listed by thing and field, with the reason.

  --from DIALECT        lark, diga or docspace

${SIDES}

Flags:
  --subjects S...       of lark: ids or external ids, @file or - with one a line, or all;
                        default: all
  --customer ID         of diga and docspace, and needed there: what you call the customer whose
                        key it is; becomes its external id
  --timezone ZONE       the IANA zone in which months are counted; lark and diga tell none
                                                                PAIDUP_TIMEZONE, default UTC
  --dry-run             list what would be made and what cannot be carried over; make nothing
  --json                one JSON line in place of text:
                        {"from", "url", "to", "ok", "dry_run", "stopped",
                        "made": [{"kind", "source", "target"}], "found": {KIND: N},
                        "left": [{"kind", "source", "field", "reason", "weight"}]}
  --help                this text

How far it has come is told on stderr.

Exit codes: 0 all that stands now was carried (what is over is listed and counts for nothing),
1 something was not, or it stopped; 2 misused (flags, settings).
`,

  'paidup shadow': `Usage: paidup shadow --from lark --url URL --to URL --subjects S... [--json]

Reads the same customers from the vendor and from Paidup, by its Lark surface, and lists every
field that differs. Ids are no differences: subjects are matched by external id, rate cards,
metrics and rates by name and code, subscriptions by what they came from, else by card and
beginning. Writes nothing.

  --from lark

${SIDES}

Flags:
  --subjects S...       ids or external ids at the vendor, @file or - with one a line, or all
  --json                one JSON line in place of a table:
                        {"from", "url", "to", "ok", "subjects", "stopped",
                        "differences": [{"subject", "field", "source", "paidup"}],
                        "unread": [{"subject", "side", "part", "status", "message"}]}
  --help                this text

Exit codes: 0 no difference; 1 differences, or something could not be read; 2 misused (flags,
settings).
`,
};
