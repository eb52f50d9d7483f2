// SPDX-License-Identifier: MIT
// The OpenAPI document, drawn by swagger-ui.  No other host is asked.
/* global SwaggerUIBundle */
SwaggerUIBundle({
	url: '/openapi.yaml', dom_id: '#api',
	validatorUrl: null,		// else it would be shown to swagger.io
	deepLinking: true, docExpansion: 'list', defaultModelsExpandDepth: 0,
	requestInterceptor: (request) => {
		request.credentials = 'omit';
		return request;
	},
});
