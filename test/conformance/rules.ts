/** The customer's file of every scenario. The time-out is that of one request to the CRM. */
export const rulesFile = (timeoutMs: number): string => `
audiences:
  hot: 59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae
  vip: { id: vip-2026, namespace: CustomerAudienceUpload }

person:
  key: [crmid, email]
  wait: [ecid]

consent:
  require: consents.marketing.email.val

connections:
  sales:
    type: salesforce
    domain: "\${SALESFORCE_DOMAIN}"
    auth: { clientCredentials: { secret: "secret:salesforce" } }
    timeoutMs: ${timeoutMs}

rules:
  - name: the contact follows the profile
    when: { member: hot }
    do:
      - upsert: sales/Contact
        match: { AEP_Id__c: $key }
        set:
          LastName: person.name.lastName
          Loyalty_Points__c: loyalty.points
          Hot_Prospect__c: { member: hot }

  - name: a new very important person is written down
    when: { entered: vip }
    do:
      - upsert: sales/Audience_Entry__c
        match: { AEP_Id__c: $key }
        set:
          Entered__c: { value: true }
`;
