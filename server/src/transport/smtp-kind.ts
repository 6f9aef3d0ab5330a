import { createAddressFinder } from './smtp-addresses.ts';
import { createSmtpTransport, SMTP_CONNECTIONS_DEFAULT } from './smtp.ts';
import { parseSmtpUrl } from './smtp-url.ts';
import type { TransportKind } from './transport-kind.ts';
import { NO_PRIVATE_HOSTS } from './webhook/private-hosts.ts';
import { settingReader, type TransportSetting } from './transport-setting.ts';

/** More would look like an attack to most servers. */
const CONNECTIONS_MAX = 100;

const SETTINGS: readonly TransportSetting[] = [
  {
    name: 'url',
    label: 'SMTP URL',
    help: 'smtp://user:password@host:587, or smtps:// for TLS from the start.',
    isSecret: true,
    isRequired: true,
    faultOf: (value) => {
      const url = parseSmtpUrl(value);
      return url.kind === 'fault' ? url.message : null;
    },
  },
  {
    name: 'connections',
    label: 'Connections',
    help: 'How many messages are handed over at the same time.',
    isSecret: false,
    isRequired: false,
    fallback: String(SMTP_CONNECTIONS_DEFAULT),
    faultOf: (value) =>
      /^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= CONNECTIONS_MAX
        ? null
        : `must be a number from 1 to ${CONNECTIONS_MAX}`,
  },
];

/** Any SMTP server. Its answers need no table, for the protocol says what they mean. */
export const smtpKind: TransportKind = {
  name: 'smtp',
  label: 'SMTP',
  settings: SETTINGS,
  idempotency: null,
  limits: { perSecond: null, batchMax: 1, bytesMax: null, recipientsMax: 100 },
  answers: [],
  keepsMessageId: true,
  signsItself: false,
  create: (values, { connections, ca, privateHosts = NO_PRIVATE_HOSTS }) => {
    const read = settingReader(SETTINGS, values);
    const url = parseSmtpUrl(read('url'));
    if (url.kind === 'fault') throw new Error(`the SMTP URL ${url.message}`);
    return createSmtpTransport({
      server: url.server,
      connections: values['connections']
        ? Number(read('connections'))
        : (connections ?? SMTP_CONNECTIONS_DEFAULT),
      addressesOf: createAddressFinder(privateHosts),
      ...(ca === undefined ? {} : { ca }),
    });
  },
  readEvents: null,
};
