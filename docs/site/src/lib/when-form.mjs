/** What the form is filled with to show a rule; everything else goes back to nothing. */
const PRESETS = {
  gap: { local: '2026-03-28T02:30', timezone: 'Europe/Berlin', amount: '1', unit: 'days' },
  twice: { local: '2026-10-24T02:30', timezone: 'Europe/Berlin', amount: '1', unit: 'days' },
  weekend: {
    local: '2026-11-20T18:00',
    timezone: 'America/New_York',
    amount: '0',
    unit: 'hours',
    start: '09:00',
    end: '17:00',
    days: '12345',
  },
  christmas: {
    local: '2026-12-23T11:00',
    timezone: 'Europe/Berlin',
    amount: '2',
    unit: 'business_days',
    country: 'DE',
    region: 'BE',
    days: '12345',
  },
};
const FIELDS = ['local', 'timezone', 'amount', 'unit', 'start', 'end', 'country', 'region'];
const RULES = {
  zone: 'Zone',
  delay: 'Delay',
  clock_change: 'Clock change',
  holiday: 'Holiday',
  window: 'Window',
  business_days: 'Days',
};

/** Makes the form ask, and ask again when something was changed. */
export function startWhenForm() {
  const form = document.querySelector('#when-form');
  const answer = document.querySelector('#when-answer');
  if (form === null || answer === null) return;
  fillZones();
  let asked = 0;
  const ask = async () => {
    asked += 1;
    const mine = asked;
    const shown = await answered(form).catch(() => [faultOf('The server does not answer.')]);
    if (mine === asked) answer.replaceChildren(...shown);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void ask();
  });
  for (const button of form.querySelectorAll('[data-preset]')) {
    button.addEventListener('click', () => {
      const preset = PRESETS[button.dataset.preset];
      for (const name of FIELDS) form.elements[name].value = preset[name] ?? '';
      const days = preset.days ?? '1234567';
      for (const box of form.elements.day) box.checked = days.includes(box.value);
      void ask();
    });
  }
}

function fillZones() {
  const zones = document.querySelector('#when-zones');
  const options = Intl.supportedValuesOf('timeZone').map((zone) => new Option(zone));
  zones?.replaceChildren(...options);
}

async function answered(form) {
  const zone = form.elements.timezone.value.trim();
  const at = instantOf(form.elements.local.value, zone);
  if (at === null) return [faultOf('Give a time, and a zone such as Europe/Berlin.')];
  const response = await fetch('/api/schedule/preview', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ at, ...caseOf(form, zone) }),
  });
  const body = await response.json();
  if (!response.ok) return [faultOf(body.error)];
  return viewOf(body);
}

function caseOf({ elements }, timezone) {
  const days = [...elements.day].filter((box) => box.checked).map((box) => Number(box.value));
  const { start, end, country, region, amount, unit } = elements;
  const isSome = days.length > 0 && days.length < 7;
  const hasHolidays = country.value.trim() !== '';
  return {
    timezone,
    delay: { amount: Number(amount.value || 0), unit: unit.value },
    settings: {
      send_window:
        start.value === '' || end.value === '' ? null : { start: start.value, end: end.value },
      business_days_only: isSome || hasHolidays,
      ...(days.length > 0 ? { business_days: days } : {}),
      holidays: hasHolidays
        ? {
            country: country.value.trim().toUpperCase(),
            region: region.value.trim() === '' ? null : region.value.trim().toUpperCase(),
          }
        : null,
    },
  };
}

/**
 * The instant at which the clocks of a zone show a time; a skipped one is read an hour later, of two
 * the first is meant. Null where there is no such zone.
 */
export function instantOf(local, zone) {
  const wanted = Date.parse(`${local}:00Z`);
  if (Number.isNaN(wanted)) return null;
  try {
    // Both sides of a clock change, so that the earlier instant is found where there are two.
    const shifts = [wanted - 86_400_000, wanted + 86_400_000].map((ms) => shiftAt(ms, zone));
    const found = shifts.map((shift) => wanted - shift).toSorted((a, b) => a - b);
    const fits = found.filter((ms) => ms + shiftAt(ms, zone) === wanted);
    return new Date(fits[0] ?? found.at(-1)).toISOString();
  } catch {
    return null;
  }
}

/** How far ahead of UTC a zone's clocks are, in milliseconds. */
function shiftAt(ms, zone) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(ms);
  const part = (type) => Number(parts.find((each) => each.type === type)?.value);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(ms / 1000) * 1000;
}

function viewOf({ scheduled_for: at, timezone, reasons, time_zone_data: data }) {
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(at));
  const list = element('ol');
  for (const { rule, input, outcome } of reasons) {
    const item = element('li', rule === 'clock_change' ? 'is-change' : '');
    const words = element('span', '', `${input}: ${outcome}`);
    item.append(element('b', '', RULES[rule] ?? rule), words);
    list.append(item);
  }
  return [
    element('p', 'due', local),
    element('p', 'utc', `${at} · ${timezone}`),
    list,
    element('p', 'source', `By time-zone data ${data}.`),
  ];
}

const faultOf = (text) => element('p', 'fault', text);

function element(name, className = '', text = '') {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}
