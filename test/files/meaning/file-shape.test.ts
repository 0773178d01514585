import { describe, expect, test } from 'vitest';
import { readProfile } from '../../../shared/core/profile.js';
import { COLD, HOT, meaningWith } from './stage.js';

const NAME = `Acme_${HOT}_20230330_153857.csv`;
const STRANGE = '9aa41e18-abcd-49c2-836d-123c88e76c39';
const TIME = '2023-03-30T15:38:57.000Z';

/** The shape of a file with these columns, or the fault it is refused with. */
function shapeOf(columns: readonly string[] | undefined, entry = '', name = NAME) {
  const shape = meaningWith(entry).shapeOf({ name, at: Date.parse('2026-01-01') }, columns);
  if (!shape.ok) throw new Error(`${shape.fault.code}: ${shape.fault.message}`);
  return shape.value;
}

/** What a row of such a file becomes: a profile export, or the code of its fault. */
function bodyOf(cells: Readonly<Record<string, unknown>>, entry = '', name = NAME): unknown {
  const body = shapeOf(Object.keys(cells), entry, name).body(cells);
  return body.ok ? body.value : body.fault.code;
}

const realized = { ups: { [HOT]: { status: 'realized', lastQualificationTime: TIME } } };

describe('a header means by itself', () => {
  test.each([
    ['personalEmail_address', { personalEmail: { address: 'x' } }],
    ['personalEmail.address', { personalEmail: { address: 'x' } }],
    ['PERSONALEMAIL_ADDRESS', { personalEmail: { address: 'x' } }],
    ['identityMap.crmid', { identityMap: { crmid: [{ id: 'x' }] } }],
    ['identityMap_CRMID', { identityMap: { CRMID: [{ id: 'x' }] } }],
    ['IdentityMap: Email', { identityMap: { Email: [{ id: 'x' }] } }],
    ['identityMap.Email[0].id', { identityMap: { Email: [{ id: 'x' }] } }],
    ['identityMap_Email_0_id', { identityMap: { Email: [{ id: 'x' }] } }],
    ['Email', { identityMap: { Email: [{ id: 'x' }] } }],
    [' crmId ', { identityMap: { crmId: [{ id: 'x' }] } }],
  ])('%s', (header, body) => {
    expect(bodyOf({ [header]: 'x' })).toEqual({ ...body, segmentMembership: realized });
  });

  test('an attribute is a text, unless it says what it is', () => {
    const row = {
      crmid: 'C-1',
      'loyalty.points:number': '12',
      _acme_flags_vip: 'true',
      person_name_firstName: 'Ada',
    };
    expect(bodyOf(row)).toMatchObject({
      loyalty: { points: 12 },
      _acme: { flags: { vip: 'true' } },
      person: { name: { firstName: 'Ada' } },
    });
  });

  test.each([
    ['segmentMembership.status', 'segmentMembership.lastQualificationTime'],
    ['segmentMembership_status', 'segmentMembership_lastQualificationTime'],
    [
      'segmentMembership.seg_namespace.seg_id.status',
      'segmentMembership.seg_namespace.seg_id.lastQualificationTime',
    ],
    [
      'segmentMembership_seg_namespace_seg_id_status',
      'segmentMembership_seg_namespace_seg_id_lastQualificationTime',
    ],
    ['segmentMembership_ups_seg_id_status', 'segmentMembership_ups_seg_id_lastQualificationTime'],
    [`segmentMembership.ups.${HOT}.status`, `segmentMembership.ups.${HOT}.lastQualificationTime`],
    [`segmentMembership_ups_${HOT}_status`, `segmentMembership_ups_${HOT}_lastQualificationTime`],
    [`segmentMembership.ups.${HOT}`, `segmentmembership.ups.${HOT}.lastqualificationtime`],
  ])('%s and %s', (status, time) => {
    const said = { status: 'exited', lastQualificationTime: '2023-03-29T00:00:00Z' };
    const row = { crmid: 'C-1', [status]: said.status, [time]: said.lastQualificationTime };
    const body = { identityMap: { crmid: [{ id: 'C-1' }] }, segmentMembership: { ups: { [HOT]: said } } };
    expect(bodyOf(row)).toEqual(body);
    expect(bodyOf(row, 'audience: hot prospects', 'members.csv')).toEqual(body);
  });

  test('a time without a status is that of a member', () => {
    const row = { crmid: 'C-1', segmentMembership_lastQualificationTime: '2023-03-29T00:00:00Z' };
    expect(bodyOf(row)).toMatchObject({
      segmentMembership: {
        ups: { [HOT]: { status: 'realized', lastQualificationTime: '2023-03-29T00:00:00Z' } },
      },
    });
  });

  test('the columns of a wide file, however namespace and id are parted', () => {
    const row = {
      email: 'a@example.com',
      [`ups_${HOT}`]: 'active',
      [`ups:${COLD}`]: 'Expired',
      'CustomerAudienceUpload_vip-2026': '',
      my_upload_7: 'active',
      [`other_space_${STRANGE}`]: 'active',
    };
    const at = { lastQualificationTime: TIME };
    expect(bodyOf(row, '', 'Luma_LiveRamp_20230330_153857.csv')).toEqual({
      identityMap: { email: [{ id: 'a@example.com' }] },
      segmentMembership: {
        ups: { [HOT]: { status: 'active', ...at }, [COLD]: { status: 'Expired', ...at } },
        my_upload: { 7: { status: 'active', ...at } },
        other_space: { [STRANGE]: { status: 'active', ...at } },
      },
    });
  });

  test('maps and lists, as JSON or as what a format makes of them', () => {
    const made = {
      tags: ['x'],
      addresses: [{ type: 'home', city: 'Ulm' }],
      person: { name: { lastName: 'L' } },
    };
    const identityMap = { Email: [{ id: 'a@example.com' }] };
    const texts = Object.fromEntries(
      Object.entries({ ...made, identityMap }).map(([name, value]) => [name, JSON.stringify(value)]),
    );
    const body = { ...made, identityMap, segmentMembership: realized };
    expect(bodyOf(texts)).toEqual(body);
    expect(bodyOf({ ...made, identityMap })).toEqual(body);
    expect(bodyOf({ ...texts, tags: '[broken' })).toBe('decode.shape');
  });

  test('whole maps of memberships need no other audience', () => {
    const segmentMembership = { ups: { [COLD]: { status: 'exited', lastQualificationTime: TIME } } };
    expect(bodyOf({ crmid: 'C-1', segmentMembership }, '', 'members.json')).toMatchObject({
      segmentMembership,
    });
  });
});

describe('columns of the rule', () => {
  const ENTRY = `
columns:
  Mail: identityMap.Email
  first: person.name.firstName
  points: { to: loyalty.points, as: number }
  loud: { to: person.name.lastName, as: lowercase }
  state: status
  changed: time
  crmid: ignore`;
  const row = {
    Mail: 'a@example.com',
    first: 'Ada',
    points: '12',
    loud: 'LOVE',
    state: 'Expired',
    changed: '2023-03-01 10:00:00',
    crmid: 'C-1',
    more: 'x',
  };

  test('say what cells are', () => {
    expect(bodyOf(row, ENTRY)).toEqual({
      identityMap: { Email: [{ id: 'a@example.com' }] },
      person: { name: { firstName: 'Ada', lastName: 'love' } },
      loyalty: { points: 12 },
      segmentMembership: {
        ups: { [HOT]: { status: 'Expired', lastQualificationTime: '2023-03-01 10:00:00' } },
      },
    });
  });

  test('take the place of what a header would mean', () => {
    const both = { crmid: 'C-1', 'person.name.firstName': 'Old', first: 'New' };
    expect(bodyOf(both, 'columns: { first: person.name.firstName }')).toMatchObject({
      person: { name: { firstName: 'New' } },
    });
  });

  test('a cell that is not what it says costs its row', () => {
    expect(bodyOf({ ...row, points: 'many' }, ENTRY)).toBe('decode.shape');
    expect(bodyOf({ ...row, Mail: { a: 1 } }, ENTRY)).toBe('decode.shape');
  });

  test('a fault of a row shows no value', () => {
    const body = shapeOf(Object.keys(row), ENTRY).body({ ...row, points: 'secret value' });
    expect(body.ok ? '' : body.fault.message).toBe('the value of column "points" is no number');
  });

  test('the report says what is read by no rule, what is missing, and whom nobody asks about', () => {
    const shape = shapeOf(
      ['Mail', 'Points', 'more', 'other'],
      ENTRY,
      `x_segment${STRANGE}_20230330_153857.csv`,
    );
    expect(shape.notes()).toEqual([
      'read by no rule: the columns "Points", "more", "other"',
      'there is no column "first", of which the rule speaks',
      'there is no column "points", of which the rule speaks; did you mean "Points"?',
      'there is no column "loud", of which the rule speaks',
      'there is no column "state", of which the rule speaks',
      'there is no column "changed", of which the rule speaks',
      'there is no column "crmid", of which the rule speaks',
      `no rule is about the audience of this file, ups/${STRANGE}`,
    ]);
  });
});

describe('cells', () => {
  test('without a value say nothing; an empty text is a value of an attribute only', () => {
    for (const nothing of [null, undefined]) {
      expect(bodyOf({ crmid: 'C-1', email: nothing, person_name_firstName: nothing })).toEqual({
        identityMap: { crmid: [{ id: 'C-1' }] },
        segmentMembership: realized,
      });
    }
    expect(
      bodyOf({ crmid: 'C-1', email: '', person_name_firstName: '', 'loyalty.points:number': '' }),
    ).toEqual({
      identityMap: { crmid: [{ id: 'C-1' }] },
      person: { name: { firstName: '' } },
      segmentMembership: realized,
    });
  });

  test('of numbers, large numbers, dates and nested values are JSON', () => {
    const row = { crmid: 12n, 'loyalty.points': 12_345n, tags: [1n, new Date(TIME)] };
    expect(bodyOf(row)).toMatchObject({
      identityMap: { crmid: [{ id: '12' }] },
      loyalty: { points: 12_345 },
      tags: [1, TIME],
    });
    expect(bodyOf({ crmid: 90_071_992_547_409_931n })).toMatchObject({
      identityMap: { crmid: [{ id: '90071992547409931' }] },
    });
  });

  test.each([
    ['active', true],
    ['Active ', true],
    ['realized', true],
    ['EXISTING', true],
    ['expired', false],
    ['Exited', false],
  ])('the status %j is read', (status, member) => {
    const profile = readProfile(bodyOf({ crmid: 'C-1', segmentMembership_status: status }));
    expect(profile.ok && profile.value.memberships[0]?.member).toBe(member);
  });

  test('an empty status says nothing', () => {
    expect(bodyOf({ crmid: 'C-1', segmentMembership_status: '' })).not.toHaveProperty('segmentMembership');
  });

  const STATUSES = 'which is no status; they are realized, existing, active, exited, expired';
  test.each<[Readonly<Record<string, unknown>>, string]>([
    [{ state: 'exiting' }, `decode.status: column "state" holds a text of 7 characters, ${STATUSES}`],
    [{ state: ' x ' }, `decode.status: column "state" holds a text of 1 character, ${STATUSES}`],
    [{ state: '1' }, `decode.status: column "state" holds a number, ${STATUSES}`],
    [{ state: 7 }, `decode.status: column "state" holds a number, ${STATUSES}`],
    [{ state: true }, `decode.status: column "state" holds true or false, ${STATUSES}`],
    [{ state: ['exited'] }, `decode.status: column "state" holds a list, ${STATUSES}`],
    [
      { [`ups_${HOT}`]: 'yes' },
      `decode.status: column "ups_${HOT}" holds a text of 3 characters, ${STATUSES}`,
    ],
    [
      { state: 'active', since: 'soon' },
      'decode.time: column "since" holds a text of 4 characters, which is no time such as 2026-09-01T02:00:00Z',
    ],
  ])('%j costs its row: the column is told, not the value', (cells, text) => {
    const row = { crmid: 'C-1', ...cells };
    const made = shapeOf(Object.keys(row), 'columns: { state: status, since: time }').body(row);
    expect(made.ok ? 'read' : `${made.fault.code}: ${made.fault.message}`).toBe(text);
  });

  test('a time beside an empty status is not looked at', () => {
    const cells = { crmid: 'C-1', state: '', since: 'soon' };
    expect(bodyOf(cells, 'columns: { state: status, since: time }')).not.toHaveProperty('segmentMembership');
  });

  test('a status of each row, of the audience that each row names', () => {
    const entry = 'audience: { column: Segment }\ncolumns: { state: status }';
    const of = (segment: string) =>
      bodyOf({ crmid: 'C-1', Segment: segment, state: 'exited' }, entry, 'all.csv');
    const exited = { status: 'exited', lastQualificationTime: '2026-01-01T00:00:00.000Z' };
    expect(of('hot prospects')).toMatchObject({ segmentMembership: { ups: { [HOT]: exited } } });
    expect(of(HOT)).toMatchObject({ segmentMembership: { ups: { [HOT]: exited } } });
    expect(of('vip-2026')).toMatchObject({
      segmentMembership: { customeraudienceupload: { 'vip-2026': exited } },
    });
    expect(of('my_upload_7')).toMatchObject({ segmentMembership: { my_upload: { 7: exited } } });
    expect(of('')).not.toHaveProperty('segmentMembership');
  });
});

describe('a file is refused whole', () => {
  test.each(['status', 'Segment status', 'audience_status', 'Membership-Status'])(
    'when nothing reads its column %s, and none says who has left',
    (header) => {
      const refused = 'file.refused: nothing reads the column';
      expect(() => shapeOf(['crmid', header])).toThrow(refused);
      expect(() => shapeOf(['crmid', header, 'segmentMembership_lastQualificationTime'])).toThrow(refused);
      const mapped = `columns: { ${JSON.stringify(header)}: status }`;
      expect(bodyOf({ crmid: 'C-1', [header]: 'exited' }, mapped)).toMatchObject({
        segmentMembership: { ups: { [HOT]: { status: 'exited' } } },
      });
      expect(
        shapeOf(['crmid', header], `columns: { ${JSON.stringify(header)}: ignore }`).refusal(),
      ).toBeUndefined();
      expect(shapeOf(['crmid', header, 'segmentMembership_status']).refusal()).toBeUndefined();
    },
  );

  test('but not for the status of something else', () => {
    expect(shapeOf(['crmid', 'loyalty_status', 'order status']).refusal()).toBeUndefined();
  });

  test.each([
    [
      'without a key',
      ['first', 'last'],
      '',
      'no column is known as one of person.key (crmid, email, personalemail.address)',
    ],
    ['with a wrong delimiter', ['crmid;email;person_name_firstName'], '', 'no column is known'],
    [
      'with one thing twice',
      ['crmid', 'person.name.firstName', 'person_name_firstName'],
      '',
      'are both about person.name.firstName',
    ],
    ['with two statuses', ['crmid', 'segmentMembership_status', 'state'], 'columns: { state: status }\n', ''],
    [
      'without the column of the audience',
      ['crmid'],
      'audience: { column: Segment }',
      'it has no column "Segment"',
    ],
  ])('%s', (_, columns, entry, why) => {
    if (why === '') expect(shapeOf(columns, entry)).toBeDefined();
    else expect(() => shapeOf(columns, entry)).toThrow(why);
  });

  test('without an audience', () => {
    expect(() => shapeOf(['crmid'], '', 'members.csv')).toThrow('file.refused: nothing says which audience');
    expect(() => shapeOf(['crmid'], 'match: "%SEGMENT_NAME%.csv"', 'lost.csv')).toThrow(
      'file.refused: its name is about an audience called "lost", which the rule file does not declare',
    );
    expect(shapeOf(['crmid'], 'match: "%SEGMENT_NAME%.csv"\naudience: cold', 'lost.csv').audience?.id).toBe(
      COLD,
    );
  });

  test('but an empty one is not, for Adobe writes such', () => {
    expect(shapeOf([]).refusal()).toBeUndefined();
  });
});

test('a file of JSON shows its columns row by row', () => {
  const shape = shapeOf(undefined);
  shape.look({ person_name_firstName: 'Ada' });
  expect(shape.refusal()?.message).toContain('person.key');
  shape.look({ crmid: 'C-1', odd: 1 });
  expect(shape.refusal()).toBeUndefined();
  expect(shape.notes()).toEqual(['read by no rule: the columns "odd"']);
  const body = shape.body({ email: 'a@example.com', person_name_firstName: 'Ada' });
  expect(body.ok && body.value).toEqual({
    identityMap: { email: [{ id: 'a@example.com' }] },
    person: { name: { firstName: 'Ada' } },
    segmentMembership: realized,
  });
});

test('a row of JSON without status is about a member, whatever rows came before it', () => {
  const shape = shapeOf(undefined);
  const statusOf = (cells: object) => {
    const body = shape.body({ crmid: 'C-1', ...cells });
    return body.ok ? body.value['segmentMembership'] : body.fault.code;
  };
  expect(statusOf({})).toEqual(realized);
  expect(statusOf({ segmentMembership_status: 'exited' })).toMatchObject({
    ups: { [HOT]: { status: 'exited' } },
  });
  expect(statusOf({})).toEqual(realized);
  expect(statusOf({ segmentMembership_status: null })).toBeUndefined();
});

test('what a row of JSON is does not depend on the rows before it', () => {
  const entry = 'columns: { first: person.name.firstName }';
  const rows = [
    { crmid: 'C-1', 'person.name.firstName': 'Old' },
    { crmid: 'C-2', first: 'New' },
    { crmid: 'C-3', segmentMembership: { ups: {} } },
  ];
  const bodies = (some: readonly object[], name: string) => {
    const shape = shapeOf(undefined, entry, name);
    return new Map(some.map((row) => [row, shape.body({ ...row })]));
  };
  for (const name of [NAME, 'members.json']) {
    const [once, again] = [bodies(rows, name), bodies(rows.toReversed(), name)];
    for (const row of rows) expect(again.get(row)).toEqual(once.get(row));
  }
});

test('the time of the file is that of its name, else when it was written', () => {
  expect(shapeOf(['crmid']).at).toBe(Date.parse(TIME));
  expect(shapeOf(['crmid'], 'audience: cold', 'members.csv').at).toBe(Date.parse('2026-01-01'));
});

test('hostile headers and cells reach no prototype', () => {
  const cells: Record<string, unknown> = { crmid: 'C-1', 'a.__proto__.b': 'x', 'identityMap.__proto__': 'y' };
  cells['person'] = JSON.parse('{"__proto__":{"polluted":true},"name":{"firstName":"Ada"}}');
  const body = bodyOf(cells);
  expect(body).toMatchObject({ person: { name: { firstName: 'Ada' } } });
  expect(JSON.stringify(body)).not.toContain('polluted');
  expect({}).not.toHaveProperty('polluted');
  const named = bodyOf({ crmid: 'C-1', Segment: '__proto__' }, 'audience: { column: Segment }', 'all.csv');
  expect(named).toEqual({ identityMap: { crmid: [{ id: 'C-1' }] } });
});
