# The official Python SDK. It looks for the newest revision by itself.
