import { afterAll, beforeAll } from 'vitest';
import type { Template } from '../../build/template/template.js';
import { makePackage, type Packaged } from './packaged.js';
import { testZips } from './zips.js';

let packaged: Packaged;
let template: Template;

beforeAll(async () => {
  packaged = await makePackage('examples/sales-follow-up/tributary.yaml');
  template = await packaged.package('dev');
});
afterAll(() => packaged.remove());

testZips(() => ({ packaged, template }));
