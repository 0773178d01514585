/** Folder of the package that `func azure functionapp publish` takes, from the project's root. */
export const AZURE_FOLDER = 'dist/azure';

/** Where the rule file stands in it; the setting TRIBUTARY_CONFIG of a deployment. */
export const AZURE_CONFIG = 'rules/tributary.json';

/** The template of everything a deployment has, from the project's root. */
export const AZURE_TEMPLATE = 'infra/azure/main.json';
