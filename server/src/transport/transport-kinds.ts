import { createCaptureTransport } from './capture.ts';
import { mailgunKind } from './mailgun/mailgun.ts';
import { postmarkKind } from './postmark/postmark.ts';
import { resendKind } from './resend/resend.ts';
import { sendgridKind } from './sendgrid/sendgrid.ts';
import { sesKind } from './ses/ses.ts';
import { smtpKind } from './smtp-kind.ts';
import type { TransportKind } from './transport-kind.ts';
import { settingReader } from './transport-setting.ts';

/** Nothing leaves; every message stays to be looked at. */
const captureKind: TransportKind = {
  name: 'capture',
  label: 'Capture',
  settings: [],
  idempotency: null,
  limits: { perSecond: null, batchMax: 1, bytesMax: null, recipientsMax: null },
  answers: [],
  keepsMessageId: true,
  signsItself: false,
  create: (values) => {
    settingReader([], values);
    return createCaptureTransport();
  },
  readEvents: null,
};

/** Every way for mail to leave, in the order in which a form offers them. */
export const TRANSPORT_KINDS: readonly TransportKind[] = [
  smtpKind,
  sesKind,
  resendKind,
  postmarkKind,
  mailgunKind,
  sendgridKind,
  captureKind,
];

/** The kind with a name; null when there is none. */
export const transportKindOf = (name: string): TransportKind | null =>
  TRANSPORT_KINDS.find((kind) => kind.name === name) ?? null;
