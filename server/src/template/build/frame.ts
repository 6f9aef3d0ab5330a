import { COLOUR } from '../content/button.ts';
import { EMAIL_WIDTH } from '../content/write-html.ts';
import type { EmailFormat, EmailPurpose } from '../email-source.ts';
import { footerHtml } from './footer.ts';

const SYSTEM_FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const TEXT = `font-family:${SYSTEM_FONT};font-size:16px;line-height:1.5;color:#1d2939`;
const TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0"';

/** What only a style sheet can say: small screens, and dark ones. All else stands at its element. */
const STYLES = `
@media only screen and (max-width:620px){
.mp-page{padding:16px !important}
.mp-box{padding:24px 20px !important}
.mp-column{display:block !important;width:100% !important;padding-right:0 !important;box-sizing:border-box}
}
@media (prefers-color-scheme:dark){
.mp-body,.mp-page{background-color:#101828 !important;color:#eaecf0 !important}
.mp-box{background-color:#1d2939 !important}
.mp-text{color:#eaecf0 !important}
.mp-text a:not(.mp-button):not(.mp-footer){color:#84adff !important}
.mp-code{background-color:#344054 !important;color:#eaecf0 !important}
.mp-quote,.mp-rule{border-color:#475467 !important}
.mp-footer{color:#98a2b3 !important}
}
`;

/** What a body begins with when it greets already, in the languages that are heard of most. */
const GREETING =
  /^(?:\s|<[^>]*>|&nbsp;)*(?:hi|hello|hey|dear|good (?:morning|day|evening)|hallo|liebe|guten|sehr|bonjour|cher|hola|querid|ciao|car[oa])\b/i;

/**
 * A whole document around a body: one that looks typed (`plain`), like one person's letter (`personal`)
 * or like the company (`branded`). A Liquid template; brand, address and links are merged into it for
 * each email, so that a new postal address holds for every email that leaves afterwards.
 *
 * @param body an HTML fragment, a template
 */
export function framed({
  body,
  format,
  purpose,
}: {
  body: string;
  format: EmailFormat;
  purpose: EmailPurpose;
}): string {
  const footer = footerHtml({ format, purpose, body });
  if (format === 'branded') return documentHtml('#f2f4f7', brandedPage(body, footer));
  const letter = format === 'personal' ? letterHtml(body) : body;
  return documentHtml('#ffffff', typedPage(letter, footer));
}

function documentHtml(background: string, page: string): string {
  return `<!doctype html>
<html lang="{{ user.locale | default: 'en' }}" xmlns:v="urn:schemas-microsoft-com:vml" \
xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="x-apple-disable-message-reformatting">
<title></title>
<!--[if mso]><noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch>\
</o:OfficeDocumentSettings></xml></noscript><![endif]-->
<style>${STYLES}</style>
</head>
<body class="mp-body" style="margin:0;padding:0;background-color:${background};\
-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%">
${page}
</body>
</html>
`;
}

/** No box, no middle: as far to the left as a mail that somebody typed. */
const typedPage = (body: string, footer: string): string =>
  `<table ${TABLE} width="100%"><tr><td class="mp-page" style="padding:16px">
<!--[if mso]><table ${TABLE} width="${EMAIL_WIDTH}"><tr><td><![endif]-->
<table ${TABLE} width="100%" style="max-width:${EMAIL_WIDTH}px"><tr>\
<td class="mp-text" style="${TEXT};text-align:left;word-break:break-word">
${body}
${footer}
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>`;

function letterHtml(body: string): string {
  const greets = GREETING.test(body);
  const greeting = `<p style="margin:0 0 16px">Hi {{ user.name | default: 'there' | split: ' ' | first }},</p>\n`;
  const name = '{{ sender.name | default: workspace.name }}';
  const signature =
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>' +
    '<td style="padding:8px 0 24px">' +
    `<p style="margin:0"><strong>${name}</strong></p>` +
    '{% if sender.name and sender.name != workspace.name %}' +
    '<p class="mp-footer" style="margin:0;font-size:14px;color:#667085">{{ workspace.name }}</p>' +
    '{% endif %}</td></tr></table>';
  return `${greets ? '' : greeting}${body}\n${signature}`;
}

/** A box in the workspace's colour and with its logo, on a page of its own. */
function brandedPage(body: string, footer: string): string {
  const logo =
    '<img src="{{ workspace.logo_url }}" alt="{{ workspace.name }}" height="40" ' +
    'style="display:block;border:0;height:40px;max-width:240px">';
  const name =
    '<span class="mp-text" style="font-size:20px;font-weight:bold;color:#1d2939">' +
    '{{ workspace.name }}</span>';
  const mark = `{% if workspace.logo_url %}${logo}{% else %}${name}{% endif %}`;
  const head =
    '{% if workspace.website_url %}' +
    `<a href="{{ workspace.website_url }}" style="text-decoration:none">${mark}</a>` +
    `{% else %}${mark}{% endif %}`;
  return `<table ${TABLE} width="100%" class="mp-body" style="background-color:#f2f4f7"><tr>\
<td class="mp-page" align="center" style="padding:32px 16px;font-family:${SYSTEM_FONT}">
<!--[if mso]><table ${TABLE} width="${EMAIL_WIDTH}" align="center"><tr><td><![endif]-->
<table ${TABLE} width="100%" style="max-width:${EMAIL_WIDTH}px"><tr>\
<td style="padding:0 8px 20px">${head}</td></tr>
<tr><td class="mp-box mp-text" bgcolor="#ffffff" style="background-color:#ffffff;\
border-top:4px solid ${COLOUR};border-radius:8px;padding:32px;text-align:left;\
word-break:break-word;${TEXT}">
${body}
</td></tr>
<tr><td style="padding:8px 8px 0;font-family:${SYSTEM_FONT}">${footer}</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>`;
}
