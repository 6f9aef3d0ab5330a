import { version } from '../platform/version.ts';
import type { Ready } from './process.ts';

/** What `milepost start` prints once everything runs: where to look, and two commands to try. */
export function bannerOf({ url, setupLink, demo, transport }: Ready, seconds: number): string {
  const at = url ?? '';
  const mail =
    transport === 'capture'
      ? 'captured and shown in the inbox; set MILEPOST_SMTP_URL to send'
      : `live sides send by ${transport}; test sides are captured`;
  const lines = [
    `Milepost ${version} is ready at ${at} (${seconds.toFixed(1)} s)`,
    '',
    `  Dashboard ${at}/dashboard`,
    `  Docs      ${at}/docs`,
    `  Email     ${mail}`,
    ...(setupLink === null ? [] : ['', ...setupLines(setupLink)]),
  ];
  if (demo !== null) {
    lines.push('', ...keyLines(demo), '', ...tryLines(at, demo), '');
    lines.push(`Then open ${at}/inbox and move the clock.`);
  }
  return `${lines.join('\n')}\n`;
}

const setupLines = (link: string): string[] => [
  'Nobody can sign in yet. Open this link to make yourself the owner; it works once:',
  '',
  `  ${link}`,
];

type SeededDemo = NonNullable<Ready['demo']>;

function keyLines({ made, widgetKey }: SeededDemo): string[] {
  const later = 'was shown at the first start; npx milepost keys --help says how to get another';
  return [
    'Workspace "Demo", test side (its own clock, every email captured)',
    `  Widget key       ${widgetKey}`,
    `  Secret key       ${made?.test.secretKey ?? later}`,
    ...(made === null ? [] : [`  Identity secret  ${made.test.identitySecret}`]),
    ...(made === null ? [] : ['  Secret key and identity secret are shown this once.']),
  ];
}

const tryLines = (url: string, { widgetKey, seriesId }: SeededDemo): string[] => [
  'Try it: say who somebody is, then enroll them in the welcome series.',
  '',
  `curl ${url}/api/sdk/users/identify \\`,
  `  -H 'Authorization: Bearer ${widgetKey}' -H 'Content-Type: application/json' \\`,
  `  -d '{"user_id":"ada","traits":{"name":"Ada","email":"ada@example.com","timezone":"Europe/London"}}'`,
  '',
  `curl ${url}/api/sdk/series \\`,
  `  -H 'Authorization: Bearer ${widgetKey}' -H 'Content-Type: application/json' \\`,
  `  -d '{"action":"enroll","user_id":"ada","series_id":"${seriesId}"}'`,
];
