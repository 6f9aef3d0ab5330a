import type { Reader } from './settings-patch.ts';

/** An address of a few lines. */
const POSTAL_ADDRESS_LENGTH_MAX = 500;
const FOOTER_LENGTH_MAX = 2_000;
const URL_LENGTH_MAX = 2_000;
const SOFT_BOUNCES_MAX = 100;
const SOFT_BOUNCE_DAYS_MAX = 365;
const SENDS_MAX = 1_000_000;

const textReader =
  (lengthMax: number): Reader =>
  (sent) => {
    if (sent === null) return { value: null };
    if (typeof sent !== 'string') return { wrong: 'must be a string or null' };
    const text = sent.trim();
    if (text.length > lengthMax) return { wrong: `must be at most ${lengthMax} characters` };
    // Line breaks are part of an address; other controls are of nothing that is shown.
    if (/(?![\n\r\t])\p{Cc}/u.test(text) || !text.isWellFormed()) {
      return { wrong: 'must not contain control characters or unpaired surrogates' };
    }
    return { value: text === '' ? null : text };
  };

const wholeReader =
  (min: number, max: number): Reader =>
  (sent) =>
    Number.isInteger(sent) && Number(sent) >= min && Number(sent) <= max
      ? { value: Number(sent) }
      : { wrong: `must be a whole number from ${min} to ${max}` };

const readFlag: Reader = (sent) =>
  typeof sent === 'boolean' ? { value: sent } : { wrong: 'must be true or false' };

const readPercent: Reader = (sent) =>
  typeof sent === 'number' && sent > 0 && sent <= 100
    ? { value: sent }
    : { wrong: 'must be a number above 0 and at most 100' };

const readColour: Reader = (sent) =>
  typeof sent === 'string' && /^#[\da-f]{6}$/i.test(sent)
    ? { value: sent.toLowerCase() }
    : { wrong: 'must be a colour such as #1f5fbf' };

const readHttpUrl: Reader = (sent) => {
  if (sent === null) return { value: null };
  const url =
    typeof sent === 'string' && sent.length <= URL_LENGTH_MAX && !/[\s\p{Cc}]/u.test(sent)
      ? URL.parse(sent)
      : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === ''
    ? { value: url.href }
    : { wrong: 'must be a URL that begins with https:// or http://, or null' };
};

/** Who reads what of how emails look and are followed, by path. */
export const emailSettingsReaders: Readonly<Record<string, Reader>> = {
  postal_address: textReader(POSTAL_ADDRESS_LENGTH_MAX),
  'brand/logo_url': readHttpUrl,
  'brand/colour': readColour,
  'brand/website_url': readHttpUrl,
  'brand/footer': textReader(FOOTER_LENGTH_MAX),
  'tracking/opens': readFlag,
  'tracking/clicks': readFlag,
  'soft_bounces/count': wholeReader(1, SOFT_BOUNCES_MAX),
  'soft_bounces/days': wholeReader(0, SOFT_BOUNCE_DAYS_MAX),
  'auto_pause/enabled': readFlag,
  'auto_pause/bounce_percent': readPercent,
  'auto_pause/complaint_percent': readPercent,
  'auto_pause/min_sends': wholeReader(1, SENDS_MAX),
  alerts_url: readHttpUrl,
};
