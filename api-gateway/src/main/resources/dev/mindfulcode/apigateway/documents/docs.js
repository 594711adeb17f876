// Everything from this origin; the token stays in this page's memory.
window.addEventListener('DOMContentLoaded', () => {
    window.ui = window.SwaggerUIBundle({
        url: '/v3/api-docs',
        dom_id: '#docs',
        deepLinking: true,
        validatorUrl: null,
        persistAuthorization: false,
        tryItOutEnabled: true,
        displayRequestDuration: true,
    });
});
