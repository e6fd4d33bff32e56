// HTTP_X_HUB_SIGNATURE=sha256=... COUNTERSIGN_SECRET_FILE=secret.txt mono Verify.exe < body
using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

static class Verify
{
    static bool Genuine(byte[] secret, string header, byte[] body)
    {
        // \A and \z: in C#, $ also fits before a line ending.
        var claimed = Regex.Match(header, @"\Asha256=([0-9a-fA-F]{64})\z").Groups[1];
        if (!claimed.Success) return false;
        var digest = new byte[32];
        for (int i = 0; i < digest.Length; i++) digest[i] = Convert.ToByte(claimed.Value.Substring(2 * i, 2), 16);
        using (var hmac = new HMACSHA256(secret)) return CryptographicOperations.FixedTimeEquals(hmac.ComputeHash(body), digest);
    }

    static int Main()
    {
        var bytes = Encoding.GetEncoding("ISO-8859-1"); // a character for each byte
        string file = Environment.GetEnvironmentVariable("COUNTERSIGN_SECRET_FILE") ?? "";
        byte[] variable = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("COUNTERSIGN_SECRET") ?? "");
        string secret = file == "" ? bytes.GetString(variable) : Regex.Replace(bytes.GetString(File.ReadAllBytes(file)), @"\r?\n\z", "");
        if (Regex.IsMatch(secret, @"\A[ \t\r\n]*\z")) { Console.Error.WriteLine("the secret is empty"); return 2; }
        var body = new MemoryStream();
        Console.OpenStandardInput().CopyTo(body);
        string header = Environment.GetEnvironmentVariable("HTTP_X_HUB_SIGNATURE") ?? "";
        return Genuine(bytes.GetBytes(secret), header, body.ToArray()) ? 0 : 1;
    }
}
