// HTTP_X_HUB_SIGNATURE=sha256=... COUNTERSIGN_SECRET_FILE=secret.txt groovy verify.groovy < body
import java.security.MessageDigest
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

boolean genuine(byte[] secret, String header, byte[] body) {
    // ==~ is the whole text. A String as the body would lose every byte that is no character.
    if (!(header ==~ /sha256=[0-9a-fA-F]{64}/)) return false
    def mac = Mac.getInstance('HmacSHA256')
    mac.init(new SecretKeySpec(secret, 'HmacSHA256'))
    return MessageDigest.isEqual(mac.doFinal(body), header.substring('sha256='.length()).decodeHex())
}

String file = System.getenv('COUNTERSIGN_SECRET_FILE')
byte[] read = file ? new File(file).bytes : (System.getenv('COUNTERSIGN_SECRET') ?: '').getBytes('UTF-8')
String secret = new String(read, 'ISO-8859-1') // a character for each byte
if (file) secret = secret.replaceFirst(/\r?\n\z/, '')
if (secret ==~ /[ \t\r\n]*/) {
    System.err.println('the secret is empty')
    System.exit(2)
}
boolean isGenuine = genuine(secret.getBytes('ISO-8859-1'), System.getenv('HTTP_X_HUB_SIGNATURE') ?: '', System.in.bytes)
System.exit(isGenuine ? 0 : 1)
