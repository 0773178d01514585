// What osls asks before it does anything: where to? And before it packages: are the bundles and the rules there, and do names
// and settings fit? The latter is judged by build/before-package.ts; without the build there is nothing to package anyway.

/** Unasked it would be us-east-1, where nobody would look for it. */
const NO_REGION = 'which region? Say --region NAME, or set AWS_REGION';

/** Of Lambda, and unknown to the Serverless Framework 3, whose last list ends at 20. */
const RUNTIMES = ['nodejs22.x', 'nodejs24.x'];

module.exports = class BeforePackage {
  constructor(serverless, options, { log }) {
    // Where configurations are judged by a list of runtimes: https://www.serverless.com/framework/docs/guides/plugins/custom-configuration
    const known = serverless.configSchemaHandler.schema.definitions.awsLambdaRuntime?.enum ?? RUNTIMES;
    known.push(...RUNTIMES.filter((runtime) => !known.includes(runtime)));
    this.hooks = {
      initialize: () => {
        if (!options.region && !process.env.AWS_REGION && !process.env.AWS_DEFAULT_REGION)
          throw new serverless.classes.Error(NO_REGION);
      },
      'before:package:initialize': async () => {
        const { packagingOf, judgePackaging } = await import('../../dist/build/before-package.js').catch(
          (error) => {
            if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
            throw new serverless.classes.Error('there is nothing to package yet: npm run build:aws first');
          },
        );
        const { faults, notes } = await judgePackaging(packagingOf(serverless, options));
        if (faults.length > 0) throw new serverless.classes.Error(`not packaged:\n  ${faults.join('\n  ')}`);
        for (const note of notes) log.notice(note);
      },
    };
  }
};
