const DOCUMENT = `In place of the flags, the body of POST /v1/calculate/... as JSON:
  --json-input JSON     on the command line
  -                     on standard input`;

const ANSWER = `  --json                the API's answer as one JSON line in place of text
  --help                this text`;

const ENDING = `Exit codes: 0 answered, 1 failed, 2 misused (each fault is named by its flag or JSON pointer).`;

/** What `paidup calculate` and its questions say about themselves. */
export const CALCULATE_HELP: Readonly<Record<string, string>> = {
  'paidup calculate': `Usage: paidup calculate <question> [flags]

Asks the billing rules alone: no store and no server is needed, and nothing is kept. The
answers are those of POST /v1/calculate/<question>.

Questions:
  amount         what a quantity costs under a price
  periods        the periods of an anchor, or the one that contains a moment
  proration      what a change within a period gives back and charges
  rollover       what unused units carry into the next window
  burn           which wallet credits a use takes from
  tax            the tax on an amount

Flags:
  --help         what a question takes

${ENDING}
`,

  'paidup calculate amount': `Usage: paidup calculate amount --currency CODE --quantity N
                               (--per-unit AMOUNT | --model JSON) [flags]
       paidup calculate amount (--json-input JSON | -) [--json]

What a quantity costs under a price: its exact lines, and the amount, rounded once.

Flags:
  --currency CODE       ISO 4217, such as USD
  --quantity N          how much is used
  --per-unit AMOUNT     the price of each unit
  --model JSON          any other price, such as
                        {"type":"package","size":"100","amount":"5"}
                        {"type":"graduated","tiers":[{"up_to":"5","unit_amount":"2"},
                        {"up_to":null,"unit_amount":"1","flat_amount":"10"}]}
                        {"type":"volume","tiers":[...]}
  --included N          units that cost nothing                 default 0
  --minimum AMOUNT      the least that it costs                 default none
  --maximum AMOUNT      the most that it costs                  default none
  --already-billed N    units of the same window billed for before; what they cost is taken off
${ANSWER}

${DOCUMENT}

${ENDING}
`,

  'paidup calculate periods': `Usage: paidup calculate periods --anchor AT --interval LENGTH [flags]
       paidup calculate periods (--json-input JSON | -) [--json]

The periods of an anchor. Each boundary is counted from the anchor: 31 January, 28 February,
31 March. A period holds its start and not its end.

Flags:
  --anchor AT           RFC 3339, such as 2023-01-31T00:00:00Z
  --interval LENGTH     day, week, month or year, or several: "3 months"
  --timezone ZONE       whose calendar counts, such as Europe/Madrid    default UTC
  --alignment WORD      anniversary  counts from the anchor; the default
                        calendar     counts from the start of the anchor's day, week, month or year
  --starts-at AT        where the first period begins           default the anchor
  --count N             how many periods, from the first: 1 to 1000     default 1
  --containing AT       the one period that contains this moment; not beside --count
${ANSWER}

${DOCUMENT}

${ENDING}
`,

  'paidup calculate proration': `Usage: paidup calculate proration --currency CODE --start AT --end AT --at AT
                                  --old AMOUNT --new AMOUNT [flags]
       paidup calculate proration (--json-input JSON | -) [--json]

What a change within a period gives back of the old price and charges of the new one, each
rounded. A change before the period has all of it left, one after it nothing.

Flags:
  --currency CODE       ISO 4217, such as USD
  --start AT            where the period begins: RFC 3339, such as 2024-06-01T00:00:00Z
  --end AT              where it ends
  --at AT               when the change comes
  --old AMOUNT          what the period costs before the change
  --new AMOUNT          what it costs after it
  --policy WORD         by_second    parts are measured by time; the default
                        by_day       by days of the calendar
                        none         no part is given back or charged
  --timezone ZONE       whose days by_day counts, such as Europe/Madrid default UTC
${ANSWER}

${DOCUMENT}

${ENDING}
`,

  'paidup calculate rollover': `Usage: paidup calculate rollover --included N --used N [flags]
       paidup calculate rollover (--json-input JSON | -) [--json]

What unused units carry into the next window, and what may be used in it.

Flags:
  --included N          units that the window includes
  --used N              units used in it
  --carried N           units that came from the window before  default 0
  --cap-units N         carry at most so many units             default no cap
  --cap-multiple N      carry at most so many times what the next window includes
  --next-included N     units that the next window includes     default the same
${ANSWER}

${DOCUMENT}

${ENDING}
`,

  'paidup calculate burn': `Usage: paidup calculate burn --credits JSON --use AMOUNT [flags]
       paidup calculate burn (--json-input JSON | -) [--json]

Which wallet credits a use takes from: by priority, granted before purchased, the earliest
expiry, then the oldest.

Flags:
  --credits JSON        such as [{"id":"a","amount":"30","kind":"granted"},
                        {"id":"b","amount":"50","priority":10,
                        "expires_at":"2026-12-31T00:00:00Z"}]
  --use AMOUNT          how much is used
  --at AT               credits that have expired by then give nothing  default none has
${ANSWER}

${DOCUMENT}

${ENDING}
`,

  'paidup calculate tax': `Usage: paidup calculate tax --currency CODE --subtotal AMOUNT --rate PERCENT [flags]
       paidup calculate tax (--json-input JSON | -) [--json]

The tax on an amount, which is rounded first: always subtotal + tax = total.

Flags:
  --currency CODE       ISO 4217, such as USD
  --subtotal AMOUNT     the amount; below zero for a credit
  --rate PERCENT        0 to 100
  --inclusive           the amount holds the tax already
${ANSWER}

${DOCUMENT}

${ENDING}
`,
};
