import { expect, test } from 'vitest';
import { watchResting } from '../../../local/dev/resting.js';
import { Fault } from '../../../shared/core/fault.js';

const lost = (audience: string) => ({
  audience,
  name: audience.toUpperCase(),
  fault: new Fault('config.audience-name', `no audience called ${audience.toUpperCase()}\u001b[2J`),
});

/** A watch over rules that a test lets rest, and what it says. */
function watched() {
  const state = { resting: [lost('vips')], said: '' };
  const watch = watchResting(
    async () => state.resting,
    (text) => {
      state.said += text;
    },
  );
  return {
    state,
    async said() {
      state.said = '';
      await watch.look();
      return state.said;
    },
  };
}

test('rules that rest are told once, with the reason, and nothing in it can act on the terminal', async () => {
  const world = watched();
  const said = await world.said();
  expect(said).toContain('rules about vips do NOT act: no audience called VIPS');
  expect(said).not.toContain('\u001b');
  expect(await world.said()).toBe('');
});

test('it is told when the name has been found, and when another one is lost', async () => {
  const world = watched();
  await world.said();
  world.state.resting = [lost('fans')];
  const said = await world.said();
  expect(said).toContain('rules about fans do NOT act');
  expect(said).toContain('vips has been found');
});

test('rules that all act are worth no word', async () => {
  const world = watched();
  world.state.resting = [];
  expect(await world.said()).toBe('');
});
