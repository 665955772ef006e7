import { createClient } from '@paidup/sdk';
import { prepare } from './catalog.js';
import { buildServer } from './server.js';

const { PAIDUP_URL = 'http://127.0.0.1:4610', PAIDUP_KEY, PORT = '4700' } = process.env;
if (PAIDUP_KEY === undefined) {
  console.error('Set PAIDUP_KEY to a secret key of the Paidup at PAIDUP_URL (http://127.0.0.1:4610 unless told).');
  process.exit(2);
}
const paidup = createClient({ url: PAIDUP_URL, key: PAIDUP_KEY });
await prepare(paidup);
const server = buildServer(paidup);
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => server.close());
