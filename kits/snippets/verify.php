<?php // HTTP_X_HUB_SIGNATURE=sha256=... COUNTERSIGN_SECRET_FILE=secret.txt php verify.php < body
declare(strict_types=1);

function genuine(string $secret, string $header, string $body): bool
{
    // \A and \z: in PHP, $ also fits before a line ending.
    if (!preg_match('/\Asha256=([0-9a-fA-F]{64})\z/', $header, $claimed)) {
        return false;
    }
    return hash_equals(hash_hmac('sha256', $body, $secret), strtolower($claimed[1]));
}

$file = (string) getenv('COUNTERSIGN_SECRET_FILE');
$secret = $file === '' ? (string) getenv('COUNTERSIGN_SECRET') : preg_replace('/\r?\n\z/', '', (string) file_get_contents($file));
if (trim($secret, " \t\r\n") === '') {
    error_log('the secret is empty');
    http_response_code(503);
    exit(2);
}
$isCommand = PHP_SAPI === 'cli';
$body = (string) file_get_contents($isCommand ? 'php://stdin' : 'php://input'); // the raw bytes, and not $_POST
$genuine = genuine($secret, $_SERVER['HTTP_X_HUB_SIGNATURE'] ?? '', $body);
http_response_code($genuine ? 204 : 403);
exit($genuine ? 0 : 1);
