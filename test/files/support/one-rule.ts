/** A rule file with one rule, about everybody in one audience; what is in `files` is for the test to say. */
export const ONE_RULE = `audiences: { hot: hot-1 }
person: { key: [crmid, email] }
connections: { sales: { type: http, url: "https://crm.example.com/x" } }
rules:
  - name: one
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot }, Points: points } }]
`;
